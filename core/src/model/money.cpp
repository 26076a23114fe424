#include <capstan/money.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <system_error>

namespace capstan {
namespace {

__extension__ using Int = __int128;
__extension__ using Unsigned = unsigned __int128;

constexpr Unsigned largest = ~Unsigned{0} >> 1;
constexpr long decimals = 24;

constexpr Unsigned power_of_ten(long exponent) {
    return exponent == 0 ? 1 : 10 * power_of_ten(exponent - 1);
}
constexpr Unsigned yoctos_per_dollar = power_of_ten(decimals);

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// The parts of a decimal number: digits around the point, then the exponent.
struct Decimal {
    bool negative = false;
    std::string_view whole;
    std::string_view fraction;
    long exponent = 0;
};

std::string_view take_digits(std::string_view& text) noexcept {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) ++count;
    const std::string_view digits = text.substr(0, count);
    text.remove_prefix(count);
    return digits;
}

bool take(std::string_view& text, char c) noexcept {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

/// Reads `[+-]digits`; what is beyond a million counts as a million.
bool read_exponent(std::string_view text, long& exponent) noexcept {
    const bool negative = take(text, '-');
    if (!negative) take(text, '+');
    const std::string_view digits = take_digits(text);
    if (digits.empty() || !text.empty()) return false;
    for (const char c : digits) {
        if (exponent < 1'000'000) exponent = exponent * 10 + (c - '0');
    }
    if (negative) exponent = -exponent;
    return true;
}

bool split(std::string_view text, Decimal& number) noexcept {
    number.negative = take(text, '-');
    number.whole = take_digits(text);
    if (take(text, '.')) number.fraction = take_digits(text);
    if (number.whole.empty() && number.fraction.empty()) return false;
    if (text.empty()) return true;
    return (take(text, 'e') || take(text, 'E')) && read_exponent(text, number.exponent);
}

bool append_digit(Unsigned& value, unsigned digit) noexcept {
    return !__builtin_mul_overflow(value, Unsigned{10}, &value) &&
           !__builtin_add_overflow(value, Unsigned{digit}, &value) && value <= largest;
}

/// Collects digits in yoctodollars; digits behind the last one that counts decide the rounding.
class Accumulator {
public:
    /// The first `kept` digits count. Less than zero: even the digit that decides is a zero.
    explicit Accumulator(long kept) noexcept : kept_(kept) {}

    bool add(std::string_view digits) noexcept {
        for (const char c : digits) {
            const auto digit = static_cast<unsigned>(c - '0');
            if (kept_ > 0 && !append_digit(value_, digit)) return false;
            if (kept_ == 0) first_dropped_ = digit;
            if (kept_ < 0) others_dropped_ = others_dropped_ || digit != 0;
            --kept_;
        }
        return true;
    }

    /// The rounded value; fills up with zeros where digits are missing.
    bool finish(Unsigned& result) noexcept {
        for (; kept_ > 0 && value_ != 0; --kept_) {
            if (!append_digit(value_, 0)) return false;
        }
        const bool above_half = first_dropped_ > 5 || (first_dropped_ == 5 && others_dropped_);
        const bool to_even = first_dropped_ == 5 && !others_dropped_ && value_ % 2 == 1;
        result = value_ + (above_half || to_even ? 1 : 0);
        return result <= largest;
    }

private:
    long kept_;
    Unsigned value_ = 0;
    unsigned first_dropped_ = 0;
    bool others_dropped_ = false;
};

Int saturated(bool negative) noexcept {
    return negative ? -static_cast<Int>(largest) : static_cast<Int>(largest);
}

}  // namespace

std::optional<Money> Money::parse(std::string_view text) noexcept {
    Decimal number;
    if (!split(text, number)) return std::nullopt;
    Accumulator sum(static_cast<long>(number.whole.size()) + number.exponent + decimals);
    Unsigned value = 0;
    if (!sum.add(number.whole) || !sum.add(number.fraction) || !sum.finish(value)) {
        return std::nullopt;
    }
    const auto raw = static_cast<Raw>(value);
    return Money{number.negative ? -raw : raw};
}

std::optional<Money> Money::from_double(double value) noexcept {
    if (!std::isfinite(value)) return std::nullopt;
    std::array<char, 32> buffer;
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return parse(std::string_view(buffer.data(), result.ptr));
}

std::string Money::to_string() const {
    const auto bits = static_cast<Unsigned>(raw_);
    const Unsigned amount = is_negative() ? -bits : bits;
    std::string text = is_negative() ? "-" : "";
    text += std::to_string(static_cast<std::uint64_t>(amount / yoctos_per_dollar));
    const Unsigned fraction = amount % yoctos_per_dollar;
    if (fraction == 0) return text;
    // In two parts, because to_chars knows no 128 bits.
    constexpr std::uint64_t part = 1'000'000'000'000;
    text += '.';
    for (const Unsigned half : {fraction / part, fraction % part}) {
        const auto digits = std::to_string(static_cast<std::uint64_t>(half));
        text.append(12 - digits.size(), '0');
        text += digits;
    }
    text.erase(text.find_last_not_of('0') + 1);
    return text;
}

double Money::to_double() const noexcept {
    // Through the decimal text: correctly rounded, unlike a division.
    const std::string text = to_string();
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Money& Money::operator+=(Money other) noexcept {
    Raw sum = 0;
    const bool overflow = __builtin_add_overflow(raw_, other.raw_, &sum);
    raw_ = overflow || sum < saturated(true) ? saturated(other.is_negative()) : sum;
    return *this;
}

Money& Money::operator-=(Money other) noexcept { return *this += Money{-other.raw_}; }

Money operator*(Money price, std::int64_t units) noexcept {
    Int product = 0;
    const bool overflow = __builtin_mul_overflow(price.raw_, units, &product);
    const bool negative = price.is_negative() != (units < 0);
    if (overflow || product < saturated(true)) product = saturated(negative);
    return Money{product};
}

Money literals::operator""_usd(const char* digits) {
    std::string text;
    for (const char* c = digits; *c != '\0'; ++c) {
        if (*c != '\'') text += *c;
    }
    const std::optional<Money> amount = Money::parse(text);
    if (!amount) throw std::invalid_argument("not an amount of US dollars: " + text);
    return *amount;
}

}  // namespace capstan
