#include "errors/error_mapping.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace capstan;
using namespace capstan::exchange;
using Kind = ErrorKind;
using Failure = HttpErrorKind;

TEST_CASE("failed exchanges have a kind, a phase and an answer to retrying") {
    struct {
        Failure failure;
        const char* message;
        Kind kind;
        ErrorPhase phase;
        bool retryable;
    } const rows[] = {
        {Failure::invalid_url, "x", Kind::configuration, ErrorPhase::before_request, false},
        {Failure::resolve, "x", Kind::network, ErrorPhase::before_request, true},
        {Failure::connect, "refused", Kind::network, ErrorPhase::before_request, true},
        {Failure::tls, "certificate verify failed", Kind::tls, ErrorPhase::before_request, false},
        {Failure::tls, "self-signed certificate", Kind::tls, ErrorPhase::before_request, false},
        {Failure::tls, "wrong version number", Kind::tls, ErrorPhase::before_request, false},
        {Failure::tls, "Connection reset by peer", Kind::tls, ErrorPhase::before_request, true},
        {Failure::tls, "stream truncated", Kind::tls, ErrorPhase::before_request, true},
        {Failure::proxy, "refused", Kind::network, ErrorPhase::before_request, true},
        {Failure::proxy, "status 407", Kind::network, ErrorPhase::before_request, false},
        {Failure::timeout_connect, "x", Kind::timeout, ErrorPhase::before_request, true},
        {Failure::timeout_first_byte, "x", Kind::timeout, ErrorPhase::before_first_chunk, true},
        {Failure::timeout_idle, "x", Kind::timeout, ErrorPhase::before_first_chunk, true},
        {Failure::timeout_total, "x", Kind::timeout, ErrorPhase::before_first_chunk, false},
        {Failure::network, "reset", Kind::network, ErrorPhase::before_first_chunk, true},
        {Failure::protocol, "x", Kind::malformed, ErrorPhase::before_first_chunk, false},
        {Failure::too_large, "x", Kind::malformed, ErrorPhase::before_first_chunk, false},
        {Failure::cancelled, "x", Kind::cancelled, ErrorPhase::before_first_chunk, false},
    };
    for (const auto& row : rows) {
        const auto info = from_http_error(HttpError(row.failure, row.message), ErrorContext());
        INFO(ApiError(info).what());
        CHECK(info.kind == row.kind);
        CHECK(info.phase == row.phase);
        CHECK(info.retryable == row.retryable);
        CHECK_FALSE(info.summary.empty());
    }
}

TEST_CASE("each time limit is told by its name") {
    const auto text = [](Failure failure) {
        return std::string(
            ApiError(from_http_error(HttpError(failure, ""), ErrorContext())).what());
    };
    CHECK(text(Failure::timeout_connect).find("connect limit") != std::string::npos);
    CHECK(text(Failure::timeout_first_byte).find("first-byte limit") != std::string::npos);
    CHECK(text(Failure::timeout_idle).find("idle limit") != std::string::npos);
    CHECK(text(Failure::timeout_total).find("total limit") != std::string::npos);
}

TEST_CASE("a connection that breaks in the middle of an answer keeps the phase and the ids") {
    ErrorContext context;
    context.phase = ErrorPhase::mid_stream;
    context.generation_id = "gen-1";
    context.provider_name = "Azure";
    for (const auto& info :
         {from_http_error(HttpError(Failure::network, "reset"), context), truncated(context)}) {
        CHECK(info.phase == ErrorPhase::mid_stream);
        CHECK(info.generation_id == "gen-1");
        CHECK(info.provider_name == "Azure");
        CHECK(info.kind == Kind::network);
        CHECK(info.retryable);
    }
}

TEST_CASE("errors that no server reported") {
    ErrorContext context;
    context.http_status = 200;
    const auto empty = empty_answer("stop", "network_error", context);
    CHECK(empty.kind == Kind::empty_answer);
    CHECK(empty.retryable);
    CHECK(empty.summary.find("network_error") != std::string::npos);
    CHECK(empty_answer("", "", context).summary.find("none") != std::string::npos);
    const auto bad = malformed("line 3: no JSON", context);
    CHECK(bad.kind == Kind::malformed);
    CHECK_FALSE(bad.retryable);
    CHECK(std::string(ApiError(bad).what()).find("line 3: no JSON") != std::string::npos);
    CHECK(cancelled(context).kind == Kind::cancelled);
    CHECK_FALSE(cancelled(context).retryable);
    const auto finish = error_finish("MALFORMED_FUNCTION_CALL", context);
    CHECK(finish.kind == Kind::server);
    CHECK(finish.retryable);
    CHECK(finish.server_message.find("MALFORMED_FUNCTION_CALL") != std::string::npos);
}
