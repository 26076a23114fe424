#include <capstan/context.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>

using namespace capstan;

namespace {

// A server that counts `ratio` tokens a character, and the estimate after so many requests.
TokenEstimator calibrated(double ratio, int requests) {
    TokenEstimator estimator;
    for (int i = 0; i < requests; ++i) {
        const std::size_t chars = 10'000 + 3'000 * static_cast<std::size_t>(i);
        estimator.calibrate(estimator.tokens_of_chars(chars),
                            std::llround(ratio * static_cast<double>(chars)));
    }
    return estimator;
}

}  // namespace

TEST_CASE("the estimate converges to what a server counts, whatever its factor") {
    for (double ratio : {0.04, 0.1, 0.2, 0.25, 0.3, 0.33, 0.5, 1.0, 2.0, 2.3}) {
        CAPTURE(ratio);
        CHECK(std::abs(calibrated(ratio, 16).tokens_per_char() / ratio - 1) < 0.01);
        const double first = std::abs(calibrated(ratio, 1).tokens_per_char() - ratio);
        CHECK(first <= std::abs(TokenEstimator().tokens_per_char() - ratio) * 0.51);
    }
}

TEST_CASE("one odd count moves the estimate by half of the way at most") {
    TokenEstimator estimator = calibrated(0.25, 16);
    const double before = estimator.tokens_per_char();
    estimator.calibrate(1'000, 2'000);
    CHECK(estimator.tokens_per_char() <= before * 1.51);
}

TEST_CASE("nonsense does not move the estimate") {
    const auto most = std::numeric_limits<std::int64_t>::max();
    const auto least = std::numeric_limits<std::int64_t>::min();
    const std::pair<std::int64_t, std::int64_t> rows[] = {
        {0, 100},   {100, 0},    {-1, 100},    {100, -1},     {100, 801},  {801, 100},
        {1, most},  {most, 1},   {least, 100}, {100, least},  {0, 0},      {least, most},
    };
    for (const auto& [estimated, actual] : rows) {
        TokenEstimator estimator;
        estimator.calibrate(estimated, actual);
        CAPTURE(estimated, actual);
        CHECK(estimator.tokens_per_char() == TokenEstimator().tokens_per_char());
    }
}

TEST_CASE("counts that always grow keep the estimate finite and usable") {
    TokenEstimator up;
    TokenEstimator down;
    for (int i = 0; i < 1'000; ++i) {
        up.calibrate(100, 800);
        down.calibrate(800, 100);
    }
    CHECK(up.tokens_per_char() == 10);
    CHECK(down.tokens_per_char() == 0.01);
    CHECK(down.tokens_of_chars(1) == 1);
    CHECK(down.tokens_of_chars(0) == 0);
}

TEST_CASE("a longer conversation never has a smaller estimate") {
    Conversation conversation;
    const TokenEstimator estimator;
    std::int64_t last = estimator.tokens(conversation);
    CHECK(last == 0);
    for (std::size_t i = 0; i < 50; ++i) {
        conversation.add_user(std::string(i, 'x'));
        CHECK(estimator.tokens(conversation) > last);
        CHECK(estimator.tokens(conversation.messages().back()) > 0);
        last = estimator.tokens(conversation);
    }
}

TEST_CASE("an estimator is stored and read again, and nonsense is read as a new one") {
    const TokenEstimator estimator = calibrated(0.4, 3);
    CHECK(TokenEstimator::from_json(estimator.to_json()).tokens_per_char() ==
          estimator.tokens_per_char());
    for (const char* text :
         {"null", "{}", "[]", "3", R"({"tokens_per_char":"1"})", R"({"tokens_per_char":0})",
          R"({"tokens_per_char":-1})", R"({"tokens_per_char":1e300})",
          R"({"tokens_per_char":null})"}) {
        CAPTURE(text);
        CHECK(TokenEstimator::from_json(parse_json(text)).tokens_per_char() ==
              TokenEstimator().tokens_per_char());
    }
    CHECK(TokenEstimator::from_json(parse_json(R"({"tokens_per_char":1})")).tokens_per_char() == 1);
}
