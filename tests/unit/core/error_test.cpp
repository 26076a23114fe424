#include <capstan/error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace capstan;
using namespace std::chrono_literals;

TEST_CASE("an error reads as one text: what happened, who said so, what to do") {
    ErrorInfo info;
    info.kind = ErrorKind::overloaded;
    info.summary = "OpenRouter refused the request";
    info.server_message = "Provider Anthropic is overloaded.";
    info.http_status = 529;
    info.retryable = true;
    info.retry_after = 20s;
    CHECK(std::string(ApiError(info).what()) ==
          "OpenRouter refused the request: Provider Anthropic is overloaded (HTTP 529). "
          "Try again in 20 s.");
    info.remedy = "Allow other providers";
    CHECK(
        std::string(ApiError(info).what()).ends_with("Try again in 20 s. Allow other providers."));
}

TEST_CASE("an error without any text still says its kind") {
    ErrorInfo info;
    info.kind = ErrorKind::rate_limited;
    CHECK(std::string(ApiError(info).what()) == "The call failed (rate_limited).");
}

TEST_CASE("the time to try again is told once") {
    ErrorInfo info;
    info.summary = "Too many requests";
    info.retryable = true;
    info.retry_after = 90min;
    info.remedy = "Try again in 1 h 30 min, at noon.";
    CHECK(std::string(ApiError(info).what()) ==
          "Too many requests. Try again in 1 h 30 min, at noon.");
    info.remedy.clear();
    CHECK(std::string(ApiError(info).what()) == "Too many requests. Try again in 1 h 30 min.");
    info.retryable = false;
    CHECK(std::string(ApiError(info).what()) == "Too many requests.");
}

TEST_CASE("a repeated or very long server text is not repeated in full") {
    ErrorInfo info;
    info.summary = "It said: no";
    info.server_message = "no.";
    CHECK(std::string(ApiError(info).what()) == "It said: no.");
    info.server_message = std::string(799, 'x') + "\xC3\xA4" + std::string(5000, 'y');
    const std::string what = ApiError(info).what();
    CHECK(what.size() < 900);
    CHECK(what.find("x...") != std::string::npos);
    CHECK(what.find('\xC3') == std::string::npos);
}

TEST_CASE("an error of our own was never sent") {
    const ApiError error(ErrorKind::configuration, "No API key", "Set OPENROUTER_API_KEY.");
    CHECK(error.phase() == ErrorPhase::before_request);
    CHECK(std::string(error.what()) == "No API key. Set OPENROUTER_API_KEY.");
    CHECK_FALSE(error.retryable());
    CHECK(ApiError(ErrorKind::network, "x").phase() == ErrorPhase::before_first_chunk);
}

TEST_CASE("what looks like a key never reaches what()") {
    ErrorInfo info;
    info.summary = "refused sk-or-v1-0123456789abcdef";
    info.server_message = "Authorization: Bearer abcdef";
    info.remedy = "use sk-or-v1-fedcba";
    const std::string what = ApiError(info).what();
    CHECK(what.find("0123456789") == std::string::npos);
    CHECK(what.find("abcdef") == std::string::npos);
    CHECK(what.find("fedcba") == std::string::npos);
}

TEST_CASE("copies of an error share its facts and do not throw") {
    static_assert(std::is_nothrow_copy_constructible_v<ApiError>);
    const ApiError one(ErrorKind::tls, "x");
    const ApiError two = one;
    CHECK(&one.info() == &two.info());
}

TEST_CASE("every kind and phase has a word of its own") {
    std::set<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(ErrorKind::empty_answer); ++i)
        words.insert(to_string(static_cast<ErrorKind>(i)));
    CHECK(words.size() == static_cast<std::size_t>(ErrorKind::empty_answer) + 1);
    CHECK(to_string(ErrorKind::context_overflow) == "context_overflow");
    CHECK(to_string(ErrorPhase::before_request) == "before_request");
    CHECK(to_string(ErrorPhase::before_first_chunk) == "before_first_chunk");
    CHECK(to_string(ErrorPhase::mid_stream) == "mid_stream");
}
