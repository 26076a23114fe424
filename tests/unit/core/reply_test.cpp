#include <capstan/async.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch_test_macros.hpp>

#include <exception>

using namespace capstan;

namespace {

ChunkStream two_words(std::exception_ptr failure) {
    TextChunk one("one ");
    co_yield std::move(one);
    if (failure) std::rethrow_exception(failure);
    TextChunk two("two");
    co_yield std::move(two);
}

/// What collect() threw; the callback may cancel it.
std::exception_ptr collect_failure(ChunkStream stream, asio::cancellation_signal& signal,
                                   ChunkCallback on_chunk) {
    asio::io_context context;
    std::exception_ptr failure;
    async_collect(context.get_executor(), std::move(stream), std::move(on_chunk),
                  asio::bind_cancellation_slot(
                      signal.slot(), [&](std::exception_ptr error, Reply) { failure = error; }));
    context.run();
    return failure;
}

std::exception_ptr aborted() {
    return std::make_exception_ptr(
        boost::system::system_error(asio::error::operation_aborted, "from elsewhere"));
}

}  // namespace

TEST_CASE("a reply that is cancelled between two chunks keeps what had arrived") {
    asio::cancellation_signal signal;
    const auto failure = collect_failure(two_words(nullptr), signal, [&](const StreamChunk&) {
        signal.emit(asio::cancellation_type::all);
    });
    REQUIRE(failure);
    try {
        std::rethrow_exception(failure);
    } catch (const IncompleteReply& error) {
        CHECK(error.kind() == ErrorKind::cancelled);
        CHECK(error.phase() == ErrorPhase::mid_stream);
        CHECK(text_of(error.partial().message.content) == "one ");
    }
}

TEST_CASE("an error of the stream keeps what had arrived") {
    asio::cancellation_signal signal;
    const auto overloaded = std::make_exception_ptr(ApiError(ErrorKind::overloaded, "Too much"));
    for (const auto& thrown : {overloaded, aborted()}) {
        const auto failure = collect_failure(two_words(thrown), signal, {});
        REQUIRE(failure);
        try {
            std::rethrow_exception(failure);
        } catch (const IncompleteReply& error) {
            const bool was_aborted = thrown != overloaded;
            CHECK(error.kind() == (was_aborted ? ErrorKind::cancelled : ErrorKind::overloaded));
            CHECK(text_of(error.partial().message.content) == "one ");
        }
    }
}

TEST_CASE("what the callback of a reply throws passes through") {
    asio::cancellation_signal signal;
    const auto failure = collect_failure(two_words(nullptr), signal, [](const StreamChunk&) {
        std::rethrow_exception(aborted());
    });
    REQUIRE(failure);
    CHECK_THROWS_AS(std::rethrow_exception(failure), boost::system::system_error);
}
