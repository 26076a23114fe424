#include <capstan/money.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>

using capstan::Money;
using namespace capstan::literals;

namespace {

std::string read(std::string_view text) {
    const auto money = Money::parse(text);
    return money ? money->to_string() : "nothing";
}

const std::string largest = "170141183460469.231731687303715884105727";

}  // namespace

TEST_CASE("Money: decimal text in, shortest decimal text out") {
    const char* const table[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"0.000", "0"},
        {"3", "3"},
        {"007", "7"},
        {"1.50", "1.5"},
        {".5", "0.5"},
        {"5.", "5"},
        {"-1.5e-7", "-0.00000015"},
        {"0.0000000125", "0.0000000125"},
        {"0.00012264", "0.00012264"},
        {"1e3", "1000"},
        {"1E+3", "1000"},
        {"1.25e1", "12.5"},
        {"12345678901234", "12345678901234"},
        {"1000000000000.000001", "1000000000000.000001"},
        {"1e-24", "0.000000000000000000000001"},
        {"0e999999999999999999999", "0"},
        {"1e-999999999999999999999", "0"},
        {"0.0000000000000000000000000000000000000000001e43", "1"},
        {"100000000000000000000000000000000000000000000e-44", "1"},
    };
    for (const auto& [text, expected] : table) {
        CAPTURE(text);
        CHECK(read(text) == expected);
    }
}

TEST_CASE("Money: digits beyond the 24th are rounded half to even") {
    const std::string zeros = "0.00000000000000000000000";
    CHECK(read(zeros + "14") == zeros + "1");
    CHECK(read(zeros + "15") == zeros + "2");
    CHECK(read(zeros + "25") == zeros + "2");
    CHECK(read(zeros + "2500000000000000000000000000000000000000000000001") == zeros + "3");
    CHECK(read(zeros + "26") == zeros + "3");
    CHECK(read(zeros + "05") == "0");
    CHECK(read(zeros + "051") == zeros + "1");
    CHECK(read(zeros + "009") == "0");
    CHECK(read("-" + zeros + "15") == "-" + zeros + "2");
    CHECK(read("0.9999999999999999999999995") == "1");
    CHECK(read("5e-25") == "0");
    CHECK(read("51e-26") == zeros + "1");
    CHECK(read("9e-26") == "0");
}

TEST_CASE("Money: what is no number or too large is refused") {
    for (const char* text :
         {"", "-", ".", "-.", "e1", "1e", "1e+", "1e-", "+1", " 1", "1 ", "1,5", "1e5x", "nan", "inf",
          "--1", "1.2.3", "$1", "1e21", "-1e21", "1e999999999999", "0x1", "free"}) {
        CAPTURE(text);
        CHECK_FALSE(Money::parse(text));
    }
    CHECK(read(largest) == largest);
    CHECK(read("-" + largest) == "-" + largest);
    CHECK(read("170141183460469.231731687303715884105728") == "nothing");
    CHECK(read("170141183460469.2317316873037158841057275") == "nothing");
    CHECK(read("170141183460469.2317316873037158841057274") == largest);
}

TEST_CASE("Money: a double is taken by its shortest digits") {
    CHECK(Money::from_double(0.00014199999)->to_string() == "0.00014199999");
    CHECK(Money::from_double(0.1)->to_string() == "0.1");
    CHECK(Money::from_double(-1e-9)->to_string() == "-0.000000001");
    CHECK(Money::from_double(123456.0)->to_string() == "123456");
    CHECK(Money::from_double(1e-300)->is_zero());
    CHECK_FALSE(Money::from_double(1e300));
    CHECK_FALSE(Money::from_double(std::numeric_limits<double>::quiet_NaN()));
    CHECK_FALSE(Money::from_double(-std::numeric_limits<double>::infinity()));
    for (const double value : {0.1, 0.00014199999, 3.0, -12.75, 1e-15}) {
        CHECK(Money::from_double(value)->to_double() == value);
    }
}

TEST_CASE("Money: exact arithmetic, where binary floating point is not") {
    CHECK(0.1_usd + 0.2_usd == 0.3_usd);
    CHECK(0.3_usd - 0.1_usd == 0.2_usd);
    CHECK((0.1_usd - 0.3_usd).is_negative());
    CHECK(0.0000000125_usd * 1'000'000 == 0.0125_usd);
    CHECK(3_usd * -2 == Money() - 6_usd);
    CHECK(1'000.50_usd == Money::from_nano_usd(1'000'500'000'000));
    CHECK(0.1_usd < 0.2_usd);
    CHECK(Money() - 1_usd < Money());
    CHECK(Money().is_zero());
    CHECK_THROWS_AS(0x10_usd, std::invalid_argument);
}

TEST_CASE("Money: sums and products beyond the range saturate") {
    const Money most = *Money::parse(largest);
    const Money least = Money() - most;
    CHECK(most + 1_usd == most);
    CHECK(least - 1_usd == least);
    CHECK(least - *Money::parse("1e-24") == least);
    CHECK(most + least == Money());
    CHECK(most * 2 == most);
    CHECK(most * -2 == least);
    CHECK(least * std::numeric_limits<std::int64_t>::min() == most);
    CHECK(least * 0 == Money());
    CHECK((Money() - least) == most);
}

TEST_CASE("Money property: a million random amounts sum to the sum of the integers") {
    std::mt19937_64 random(1);
    Money sum;
    std::int64_t expected = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        const auto nano = static_cast<std::int64_t>(random() % 2'000'000'000) - 1'000'000'000;
        sum += Money::from_nano_usd(nano);
        expected += nano;
    }
    CHECK(sum == Money::from_nano_usd(expected));
}

TEST_CASE("Money property: text and number round-trip") {
    std::mt19937_64 random(2);
    for (int i = 0; i < 100'000; ++i) {
        const auto nano = static_cast<std::int64_t>(random() >> random() % 64);
        const Money money = Money::from_nano_usd(nano) * (random() % 2 == 0 ? 1 : -3) +
                            *Money::parse(std::to_string(random() % 1'000'000) + "e-24");
        const std::string text = money.to_string();
        if (Money::parse(text) != money) FAIL(text);
        if (text.find('.') != text.npos && text.back() == '0') FAIL(text);
        const double shown = money.to_double();
        if (Money::from_double(shown)->to_double() != shown) FAIL(text);
    }
}
