// The five guarantees of ChunkStream (Generator), each with a test that would catch the opposite.
#include "allocation_count.hpp"

#include <capstan/generator.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;
using capstan::Generator;

namespace {

using Element = std::variant<int, std::string>;

// Counts itself: a body's local that must be destroyed exactly once.
struct Tracker {
    explicit Tracker(int& alive) : alive_(alive) { ++alive_; }
    Tracker(const Tracker&) = delete;
    ~Tracker() { --alive_; }
    int& alive_;
};

asio::awaitable<int> later(int value) {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return value;
}

asio::awaitable<void> forever() {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    co_await timer.async_wait(asio::use_awaitable);
}

void run(asio::io_context& context, asio::awaitable<void> task) {
    std::exception_ptr error;
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr e) { error = e; });
    context.restart();
    context.run();
    if (error) std::rethrow_exception(error);
}

bool is_aborted(const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const boost::system::system_error& e) {
        return e.code() == asio::error::operation_aborted;
    } catch (...) {
    }
    return false;
}

// Collects everything; the error, if any, goes to `error`.
asio::awaitable<void> drain(Generator<Element>& stream, std::vector<Element>& out,
                            std::exception_ptr& error) {
    try {
        while (auto element = co_await stream.next()) out.push_back(std::move(*element));
    } catch (...) {
        error = std::current_exception();
    }
}

Generator<Element> mixed() {
    int first = co_await later(1);
    co_yield first;
    std::string text = "two";
    co_yield std::move(text);
    Element element = 3;
    co_yield std::move(element);
    co_yield element;
}

Generator<int> counter(int n) {
    for (int i = 0; i < n; ++i) co_yield i;
}

Generator<Element> waits_forever(int& alive) {
    Tracker tracker(alive);
    int one = 1;
    co_yield one;
    co_await forever();
    co_yield one;
}

Generator<Element> waits_with_token(int& alive, std::shared_ptr<asio::steady_timer> timer) {
    Tracker tracker(alive);
    auto token = co_await capstan::stream_stop_token;
    std::stop_callback callback(token, [timer] { timer->cancel(); });
    int one = 1;
    co_yield one;
    auto wait = timer->async_wait(asio::use_awaitable);
    co_await std::move(wait);
    co_yield one;
}

Generator<Element> calls_back(int& alive, std::function<void()>& callback) {
    Tracker tracker(alive);
    int one = 1;
    co_yield one;
    callback();
    co_await forever();
    co_yield one;
}

Generator<Element> throws_after_two() {
    int one = 1;
    co_yield one;
    co_await later(0);
    co_yield one;
    throw std::runtime_error("the body failed");
}

asio::awaitable<void> next_into(std::shared_ptr<std::optional<Generator<Element>>> stream,
                                std::exception_ptr& error, bool& done) {
    try {
        // Named, because GCC 12 mistranslates `while (co_await ...)`.
        while (auto element = co_await (*stream)->next()) (void)element;
    } catch (...) {
        error = std::current_exception();
    }
    done = true;
}

}  // namespace

TEST_CASE("a body awaits any awaitable and yields any kind of element") {
    asio::io_context context;
    auto stream = mixed();
    std::vector<Element> out;
    std::exception_ptr error;
    run(context, drain(stream, out, error));
    REQUIRE(out.size() == 4);
    CHECK(std::get<int>(out[0]) == 1);
    CHECK(std::get<std::string>(out[1]) == "two");
    CHECK(std::get<int>(out[3]) == 3);
    CHECK(!error);
    CHECK(stream.finished());
}

TEST_CASE("a body sees the consumer's executor") {
    asio::io_context context;
    struct Body {
        static Generator<bool> run(asio::io_context& expected) {
            auto executor = co_await asio::this_coro::executor;
            bool same = executor == expected.get_executor();
            co_yield same;
        }
        static asio::awaitable<void> consume(Generator<bool> stream, bool& same) {
            same = *co_await stream.next();
        }
    };
    bool same = false;
    run(context, Body::consume(Body::run(context), same));
    CHECK(same);
}

TEST_CASE("ready elements need neither executor trip nor stack nor allocation") {
    asio::io_context context;
    constexpr int total = 200'000;
    struct Consumer {
        static asio::awaitable<void> run(Generator<int> stream, int& sum_of, std::size_t& used,
                                         bool& posted_ran) {
            auto executor = co_await asio::this_coro::executor;
            co_await stream.next();
            asio::post(executor, [&posted_ran] { posted_ran = true; });
            const auto before = capstan::testing::allocation_count();
            while (auto number = co_await stream.next()) sum_of += *number % 2;
            used = capstan::testing::allocation_count() - before;
            CHECK(!posted_ran);
        }
    };
    int odd = 0;
    std::size_t used = 0;
    bool posted_ran = false;
    run(context, Consumer::run(counter(total), odd, used, posted_ran));
    CHECK(odd == total / 2);
    CHECK(used == 0);
    CHECK(posted_ran);
}

TEST_CASE("an exception in the body comes out once and then the stream is finished") {
    asio::io_context context;
    auto stream = throws_after_two();
    std::vector<Element> out;
    std::exception_ptr error;
    run(context, drain(stream, out, error));
    CHECK(out.size() == 2);
    REQUIRE(error);
    CHECK_THROWS_AS(std::rethrow_exception(error), std::runtime_error);
    error = nullptr;
    run(context, drain(stream, out, error));
    CHECK(!error);
    CHECK(out.size() == 2);
}

TEST_CASE("the consumer's cancellation slot reaches the inner operation") {
    asio::io_context context;
    int alive = 0;
    const bool with_token = GENERATE_COPY(false, true);
    auto timer = std::make_shared<asio::steady_timer>(context, 1h);
    auto stream = with_token ? waits_with_token(alive, timer) : waits_forever(alive);
    std::vector<Element> out;
    std::exception_ptr error;
    asio::cancellation_signal signal;
    asio::co_spawn(context, drain(stream, out, error),
                   asio::bind_cancellation_slot(signal.slot(), asio::detached));
    while (out.empty()) context.run_one();
    CHECK(alive == 1);
    signal.emit(asio::cancellation_type::terminal);
    context.run();
    CHECK(is_aborted(error));
    CHECK(alive == 0);
    CHECK(stream.finished());
}

TEST_CASE("a consumer that is cancelled already leaves a finished stream") {
    asio::io_context context;
    int alive = 0;
    auto stream = waits_forever(alive);
    struct Consumer {
        static asio::awaitable<void> run(Generator<Element>& stream,
                                         asio::cancellation_signal& signal,
                                         std::exception_ptr& error) {
            co_await stream.next();
            signal.emit(asio::cancellation_type::terminal);
            auto disable = asio::this_coro::throw_if_cancelled(false);
            co_await disable;
            try {
                co_await stream.next();
            } catch (...) {
                error = std::current_exception();
            }
        }
    };
    asio::cancellation_signal signal;
    std::exception_ptr error;
    asio::co_spawn(context, Consumer::run(stream, signal, error),
                   asio::bind_cancellation_slot(signal.slot(), asio::detached));
    context.run();
    CHECK((is_aborted(error) || !error));
    stream.cancel();
    CHECK(alive == 0);
}

TEST_CASE("destroying a stream at any point runs the body's destructors") {
    asio::io_context context;
    int alive = 0;
    SECTION("never started") {
        { auto stream = waits_forever(alive); }
        CHECK(alive == 0);
    }
    SECTION("between two elements") {
        struct Consumer {
            static asio::awaitable<void> run(Generator<Element> stream, int& alive) {
                co_await stream.next();
                CHECK(alive == 1);
                auto moved = std::move(stream);
                moved.cancel();
                CHECK(alive == 0);
                CHECK(!co_await moved.next());
            }
        };
        run(context, Consumer::run(waits_forever(alive), alive));
    }
    SECTION("while next() is under way, by somebody else") {
        const bool with_token = GENERATE_COPY(false, true);
        const bool destroy = GENERATE_COPY(false, true);
        auto timer = std::make_shared<asio::steady_timer>(context, 1h);
        auto holder = std::make_shared<std::optional<Generator<Element>>>(
            with_token ? waits_with_token(alive, timer) : waits_forever(alive));
        std::exception_ptr error;
        bool done = false;
        asio::co_spawn(context, next_into(holder, error, done), asio::detached);
        while (context.poll_one()) {
        }
        CHECK(alive == 1);
        if (destroy)
            holder->reset();
        else
            (*holder)->cancel();
        context.run();
        CHECK(alive == 0);
        CHECK(done);
        CHECK(is_aborted(error));
    }
    SECTION("with the io_context gone first") {
        auto own = std::make_unique<asio::io_context>();
        auto holder = std::make_shared<std::optional<Generator<Element>>>(waits_forever(alive));
        std::exception_ptr error;
        bool done = false;
        asio::co_spawn(*own, next_into(holder, error, done), asio::detached);
        while (own->poll_one()) {
        }
        own.reset();
        holder->reset();
        CHECK(alive == 0);
        CHECK(!done);
    }
    CHECK(alive == 0);
}

TEST_CASE("a stream may be cancelled or destroyed from a callback of its own body") {
    asio::io_context context;
    int alive = 0;
    const bool destroy = GENERATE(false, true);
    std::function<void()> callback;
    auto holder = std::make_shared<std::optional<Generator<Element>>>(calls_back(alive, callback));
    callback = [&] {
        if (destroy)
            holder->reset();
        else
            (*holder)->cancel();
        CHECK(alive == 1);  // the body is on the stack; it goes when next() completes
    };
    std::exception_ptr error;
    bool done = false;
    asio::co_spawn(context, next_into(holder, error, done), asio::detached);
    context.run();
    CHECK(done);
    CHECK(is_aborted(error));
    CHECK(alive == 0);
}

TEST_CASE("a cancelled wait costs the stream nothing that was yielded before") {
    asio::io_context context;
    struct Consumer {
        static asio::awaitable<void> run(int& alive) {
            auto stream = waits_forever(alive);
            auto first = co_await stream.next();
            CHECK(std::get<int>(*first) == 1);
        }
    };
    int alive = 0;
    run(context, Consumer::run(alive));
    CHECK(alive == 0);
}

namespace {

Generator<int> waits_once(asio::steady_timer& timer, int& alive) {
    const Tracker tracker(alive);
    auto waiting = timer.async_wait(asio::use_awaitable);
    co_await std::move(waiting);
    int one = 1;
    co_yield std::move(one);
}

asio::awaitable<void> read_one(std::optional<Generator<int>>& stream, bool& ended) {
    try {
        auto asking = stream->next();
        co_await std::move(asking);
    } catch (const boost::system::system_error&) {
    }
    ended = true;
}

}  // namespace

TEST_CASE("a stream may be destroyed from outside its event loop when its wait has just ended") {
    asio::io_context context;
    asio::steady_timer timer(context, 1h);
    int alive = 0;
    bool ended = false;
    std::optional<Generator<int>> stream(waits_once(timer, alive));
    asio::co_spawn(context, read_one(stream, ended), asio::detached);
    context.poll();
    REQUIRE(alive == 1);

    timer.cancel();  // its completion is on its way when the interruption is sent
    stream.reset();
    context.restart();
    context.run();

    CHECK(ended);
    CHECK(alive == 0);
}
