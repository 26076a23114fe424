#pragma once

// Structs that use every kind of field.

#include <capstan/json_schema.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/operators.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace samples {

using boost::describe::operators::operator==;

enum class Unit { celsius, fahrenheit = 7 };
BOOST_DESCRIBE_ENUM(Unit, celsius, fahrenheit)

struct Place {
    std::string city;
    std::optional<Unit> unit;
};
BOOST_DESCRIBE_STRUCT(Place, (), (city, unit))

struct Circle {
    double radius = 0;
};
BOOST_DESCRIBE_STRUCT(Circle, (), (radius))

struct Square {
    double side = 0;
    bool filled = false;
};
BOOST_DESCRIBE_STRUCT(Square, (), (side, filled))

/// Everything at once.
struct Everything : Circle {
    bool flag = false;
    std::int8_t small = 0;
    std::uint16_t port = 0;
    std::int64_t wide = 0;
    std::uint64_t huge = 0;
    float approximate = 0;
    std::string text;
    Unit unit = Unit::celsius;
    std::vector<Place> places;
    std::vector<bool> flags;
    std::array<int, 2> pair{};
    std::map<std::string, double> weights;
    std::unordered_map<std::string, Place> by_name;
    std::optional<std::vector<int>> numbers;
    std::optional<Place> home;
    std::variant<std::string, std::int64_t, Circle, Square> shape;
    capstan::json::value anything;
    capstan::json::object object;
    capstan::json::array array;
};
BOOST_DESCRIBE_STRUCT(Everything, (Circle),
                      (flag, small, port, wide, huge, approximate, text, unit, places, flags, pair,
                       weights, by_name, numbers, home, shape, anything, object, array))

/// Every bound there is.
struct Bounded {
    int percent = 0;
    std::optional<double> score;
    double ratio = 0.5;
    std::string title;
    std::string code;
    std::vector<std::string> tags;
    int limit = 10;
    std::string mode;
};
BOOST_DESCRIBE_STRUCT(Bounded, (), (percent, score, ratio, title, code, tags, limit, mode))

inline void describe(capstan::Fields<Bounded>& fields) {
    fields.about("Everything has its bounds");
    fields(&Bounded::percent).about("In percent").minimum(0).maximum(100);
    fields(&Bounded::score).about("If known").minimum(0).maximum(9.5);
    fields(&Bounded::ratio).exclusive_minimum(0).exclusive_maximum(1);
    fields(&Bounded::title).min_length(1).max_length(5);
    fields(&Bounded::code).pattern("^[A-Z]{2}-\\d+$");
    fields(&Bounded::tags).min_items(1).max_items(2);
    fields(&Bounded::limit).default_value();
    fields(&Bounded::mode).default_value("fast");
}

/// Lists whose items have bounds.
struct Marks {
    std::vector<int> percents;
    std::optional<std::vector<double>> ratios;
    std::array<std::optional<int>, 2> pair{};
    std::vector<std::string> names;
    std::vector<Place> places;
};
BOOST_DESCRIBE_STRUCT(Marks, (), (percents, ratios, pair, names, places))

inline void describe(capstan::Fields<Marks>& fields) {
    fields(&Marks::percents).max_items(3).items().about("In percent").minimum(0).maximum(100);
    fields(&Marks::ratios).items().exclusive_minimum(0).exclusive_maximum(1);
    fields(&Marks::pair).items().minimum(-1);
    fields(&Marks::names).about("Who").items().min_length(1).pattern("^[a-z]*$");
    fields(&Marks::places).items().about("Where");
}

struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

struct Tree {
    std::string name;
    std::vector<Tree> children;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (name, children))

struct Forest {
    Tree first;
    std::optional<Tree> second;
};
BOOST_DESCRIBE_STRUCT(Forest, (), (first, second))

inline void describe(capstan::Fields<Forest>& fields) {
    fields(&Forest::first).about("The oldest tree");
}

struct Sum;
struct Product;
using Term = std::variant<double, std::vector<Sum>, std::vector<Product>>;

struct Sum {
    Term left;
    Term right;
};
struct Product {
    Term left;
    Term right;
};
BOOST_DESCRIBE_STRUCT(Sum, (), (left, right))
BOOST_DESCRIBE_STRUCT(Product, (), (left, right))

}  // namespace samples
