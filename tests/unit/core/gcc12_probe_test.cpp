// Keeps the table of "GCC 12 and coroutines" true: which spellings make GCC 12 copy a temporary of
// a co_await or co_yield expression bit by bit and destroy it twice. No sanitizer is needed: every
// Tracked knows its own address, so the death of a bit copy is noticed.
//
// A failure here is news about the toolchain, not about Capstan: a spelling believed safe is not
// (rewrite what uses it), or one believed broken is healed (the advice may be relaxed).

#include <catch2/catch_test_macros.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace {

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ <= 12
constexpr bool gcc12 = true;
#else
constexpr bool gcc12 = false;
#endif

struct Ledger {
    std::set<const void*> alive;
    int strays = 0;  // deaths of objects that were never born
};
Ledger ledger;

class Tracked {
public:
    Tracked() { ledger.alive.insert(this); }
    Tracked(const Tracked&) : Tracked() {}
    Tracked(Tracked&&) noexcept : Tracked() {}
    Tracked& operator=(const Tracked&) = default;
    ~Tracked() { ledger.strays += ledger.alive.erase(this) == 0; }
};

struct Aggregate {
    Tracked member;
    int number = 0;
};

// As our own structs are: the defaulted constructor makes it no aggregate.
struct Declared {
    Declared() = default;
    Tracked member;
    int number = 0;
};

class WithConstructor {
public:
    explicit WithConstructor(int number_) : number(number_) {}
    Tracked member;
    int number;
};

using Either = std::variant<int, Aggregate>;

// A coroutine that starts at once; its caller resumes it until it is done.
struct Task {
    struct promise_type {
        Task get_return_object() { return Task(Handle::from_promise(*this)); }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        void unhandled_exception() { std::terminate(); }
        template <class T>
        std::suspend_always yield_value(const T&) noexcept {
            return {};
        }
    };
    using Handle = std::coroutine_handle<promise_type>;
    explicit Task(Handle handle_) : handle(handle_) {}
    Task(Task&& other) noexcept : handle(std::exchange(other.handle, {})) {}
    ~Task() {
        if (handle) handle.destroy();
    }
    void finish() const {
        while (!handle.done()) handle.resume();
    }
    Handle handle;
};

// An awaitable that keeps what it was called with until the coroutine goes on.
template <class T>
struct Held : std::suspend_always {
    explicit Held(T value_) : value(std::move(value_)) {}
    T await_resume() { return std::move(value); }
    T value;
};

Held<int> take(Aggregate value) { return Held<int>(value.number); }
Held<int> take_reference(const Aggregate& value) { return Held<int>(value.number); }
Held<int> take_declared(Declared value) { return Held<int>(value.number); }
Held<int> take_constructed(WithConstructor value) { return Held<int>(value.number); }
Held<int> take_text(std::string, std::unique_ptr<Tracked>) { return Held<int>(1); }
Held<int> call(std::function<int()> function) { return Held<int>(function()); }
template <class F>
Held<int> call_template(F function) {
    return Held<int>(function());
}
Held<WithConstructor> make() { return Held<WithConstructor>(WithConstructor(1)); }

/// Whether what `body` made was destroyed once each.
bool balanced(Task (*body)()) {
    ledger = Ledger();
    body().finish();
    return ledger.strays == 0 && ledger.alive.empty();
}

}  // namespace

TEST_CASE("probe: spellings that GCC 12 gets wrong, and only GCC 12") {
    SECTION("co_await f(Aggregate{...})") {
        CHECK(balanced([]() -> Task { co_await take(Aggregate{{}, 1}); }) == !gcc12);
        CHECK(balanced([]() -> Task { co_await take_reference(Aggregate{{}, 1}); }) == !gcc12);
    }
    SECTION("co_await f(Aggregate{.a = ...})") {
        CHECK(balanced([]() -> Task { co_await take(Aggregate{.member = {}, .number = 1}); }) ==
              !gcc12);
    }
    SECTION("co_await f({...})") {
        CHECK(balanced([]() -> Task { co_await take({{}, 1}); }) == !gcc12);
    }
    SECTION("co_yield Aggregate{...}") {
        CHECK(balanced([]() -> Task { co_yield Aggregate{{}, 1}; }) == !gcc12);
    }
    SECTION("co_yield variant{Aggregate{...}}") {
        CHECK(balanced([]() -> Task { co_yield Either{Aggregate{{}, 1}}; }) == !gcc12);
    }
    SECTION("co_await f([captured] { ... })") {
        CHECK(balanced([]() -> Task {
                  Tracked object;
                  co_await call_template([object] { return 1; });
              }) == !gcc12);
        CHECK(balanced([]() -> Task {
                  Tracked object;
                  co_await call([object] { return 1; });
              }) == !gcc12);
    }
    SECTION("co_await f(condition ? A() : B())") {
        CHECK(balanced([]() -> Task {
                  const bool yes = ledger.alive.empty();
                  co_await take_constructed(yes ? WithConstructor(1) : WithConstructor(2));
              }) == !gcc12);
    }
    SECTION("Aggregate x{co_await a(), co_await b()}") {
        struct Two {
            WithConstructor first;
            WithConstructor second;
        };
        CHECK(balanced([]() -> Task { Two two{co_await make(), co_await make()}; }) == !gcc12);
    }
}

TEST_CASE("probe: spellings that every compiler gets right") {
    SECTION("a named aggregate") {
        CHECK(balanced([]() -> Task {
            Aggregate value{{}, 1};
            co_await take(std::move(value));
        }));
    }
    SECTION("split: the operation first, then the co_await") {
        CHECK(balanced([]() -> Task {
            auto operation = take(Aggregate{{}, 1});
            co_await operation;
        }));
    }
    SECTION("a named lambda") {
        CHECK(balanced([]() -> Task {
            Tracked object;
            auto function = [object] { return 1; };
            co_await call_template(function);
            co_await call(std::move(function));
        }));
    }
    SECTION("a struct with a declared default constructor") {
        CHECK(balanced([]() -> Task { co_await take_declared(Declared()); }));
        CHECK(balanced([]() -> Task { co_await take_declared({}); }));
        CHECK(balanced([]() -> Task { co_await take_declared(Declared{}); }));
        CHECK(balanced([]() -> Task { co_yield Declared(); }));
    }
    SECTION("temporaries of classes with constructors, in loops and branches too") {
        CHECK(balanced([]() -> Task { co_await take_constructed(WithConstructor(1)); }));
        CHECK(balanced([]() -> Task {
            for (int i = 0; i < 3; ++i) co_await take_constructed(WithConstructor(i));
        }));
        CHECK(balanced([]() -> Task {
            if (ledger.alive.empty()) {
                co_await take_constructed(WithConstructor(1));
            }
        }));
        CHECK(balanced([]() -> Task { co_yield WithConstructor(1); }));
        CHECK(balanced([]() -> Task {
            if (co_await take_constructed(WithConstructor(1)) == 1) co_yield WithConstructor(2);
        }));
    }
    SECTION("strings and unique_ptr") {
        CHECK(balanced([]() -> Task {
            co_await take_text(std::string(100, 'x'), std::make_unique<Tracked>());
        }));
    }
    SECTION("a named object yielded, and a named variant") {
        CHECK(balanced([]() -> Task {
            Aggregate value{{}, 1};
            co_yield value;
            Either either{std::move(value)};
            co_yield either;
        }));
    }
    SECTION("a condition that chooses between two operations") {
        CHECK(balanced([]() -> Task {
            const bool yes = ledger.alive.empty();
            co_await (yes ? take_constructed(WithConstructor(1)) : take_text("", nullptr));
            auto operation = take_constructed(yes ? WithConstructor(1) : WithConstructor(2));
            co_await operation;
        }));
    }
    SECTION("results awaited one after the other") {
        CHECK(balanced([]() -> Task {
            auto first = co_await make();
            auto second = co_await make();
            std::optional<WithConstructor> third;
            third.emplace(co_await make());
        }));
    }
}
