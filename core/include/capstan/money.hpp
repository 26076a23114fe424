#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace capstan {

/// An exact amount of US dollars: a decimal number with up to 24 digits behind the point.
///
/// Sums and differences are exact; there is no binary floating point in them. The range is about
/// plus or minus 1.7 * 10^14 dollars; parse() refuses what lies outside, sums saturate.
class Money {
public:
    /// Zero dollars.
    constexpr Money() noexcept = default;

    static constexpr Money from_nano_usd(std::int64_t nano) noexcept {
        return Money{Raw{nano} * 1'000'000'000'000'000};
    }

    /// Reads a decimal number such as "0.0000000125", "3", "-1.5e-7". Digits beyond the 24th behind
    /// the point are rounded half to even. Returns nothing if the text is no number or too large.
    static std::optional<Money> parse(std::string_view text) noexcept;

    /// The decimal number with the fewest digits that reads back as `value`; that is what a JSON
    /// writer put on the wire, so 0.00014199999 stays 0.00014199999. Nothing for NaN, infinities
    /// and what is too large.
    static std::optional<Money> from_double(double value) noexcept;

    /// Shortest decimal text without exponent: "0", "0.00012264", "-1.5".
    std::string to_string() const;

    /// For display only.
    double to_double() const noexcept;

    constexpr bool is_zero() const noexcept { return raw_ == 0; }
    constexpr bool is_negative() const noexcept { return raw_ < 0; }

    Money& operator+=(Money other) noexcept;
    Money& operator-=(Money other) noexcept;
    friend Money operator+(Money a, Money b) noexcept { return a += b; }
    friend Money operator-(Money a, Money b) noexcept { return a -= b; }

    /// A price per unit times a number of units. Exact; saturates.
    friend Money operator*(Money price, std::int64_t units) noexcept;

    friend constexpr auto operator<=>(Money, Money) noexcept = default;

private:
    __extension__ using Raw = __int128;
    constexpr explicit Money(Raw raw) noexcept : raw_(raw) {}

    Raw raw_ = 0;  // yoctodollars, 10^-24 USD
};

namespace literals {
/// `0.50_usd`. Throws std::invalid_argument for what is no decimal number, such as 0x1p3_usd.
Money operator""_usd(const char* digits);
}  // namespace literals

}  // namespace capstan
