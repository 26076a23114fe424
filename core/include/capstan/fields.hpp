#pragma once

#include <capstan/detail/schema_types.hpp>
#include <capstan/json.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace capstan {

namespace detail {

template <class M>
struct Plain {
    using type = M;
};
template <class M>
struct Plain<std::optional<M>> {
    using type = M;
};

template <class T>
struct TypeIo;

template <class M>
concept Number = std::is_arithmetic_v<M> && !std::same_as<M, bool>;
template <class M>
concept Text = std::same_as<M, std::string>;
/// What schemas call an array.
template <class M>
concept List = requires(const M& list) {
    list.size();
    list.begin();
}
&&!Text<M> && !requires { typename M::mapped_type; }
&&!std::same_as<M, json::object>;

/// A bound as a reader would write it: 5 rather than 5.0.
json::value bound_value(double bound);
template <std::integral N>
json::value bound_value(N bound) {
    return bound;
}

}  // namespace detail

/// What may be said of a field or an item of type M; Self keeps it.
template <class Self, class M>
class Bounds {
public:
    using Plain = typename detail::Plain<M>::type;

    /// What it means, in words for the model.
    Self& about(std::string_view text) { return keyword("description", json::value(text)); }

    Self& minimum(Plain bound) requires detail::Number<Plain> {
        return keyword("minimum", detail::bound_value(bound));
    }
    Self& maximum(Plain bound) requires detail::Number<Plain> {
        return keyword("maximum", detail::bound_value(bound));
    }
    Self& exclusive_minimum(Plain bound) requires detail::Number<Plain> {
        return keyword("exclusiveMinimum", detail::bound_value(bound));
    }
    Self& exclusive_maximum(Plain bound) requires detail::Number<Plain> {
        return keyword("exclusiveMaximum", detail::bound_value(bound));
    }

    /// Lengths in characters (Unicode code points).
    Self& min_length(std::size_t length) requires detail::Text<Plain> {
        return keyword("minLength", length);
    }
    Self& max_length(std::size_t length) requires detail::Text<Plain> {
        return keyword("maxLength", length);
    }
    /// A regular expression in the syntax of ECMAScript, somewhere in the text unless it is
    /// anchored by ^ and $.
    Self& pattern(std::string_view expression) requires detail::Text<Plain> {
        return keyword("pattern", json::value(expression));
    }

    Self& min_items(std::size_t count) requires detail::List<Plain> {
        return keyword("minItems", count);
    }
    Self& max_items(std::size_t count) requires detail::List<Plain> {
        return keyword("maxItems", count);
    }

private:
    Self& keyword(std::string_view name, json::value value) {
        auto& self = static_cast<Self&>(*this);
        self.set(name, std::move(value));
        return self;
    }
};

/// What is said of each item of a list.
template <class M>
class Item : public Bounds<Item<M>, M> {
public:
    explicit Item(detail::FieldInfo& info) : info_(info) {}

private:
    friend class Bounds<Item<M>, M>;
    void set(std::string_view name, json::value value) {
        detail::set_item_keyword(info_, name, std::move(value));
    }

    detail::FieldInfo& info_;
};

/// What is said of one field beyond its C++ type. Bounds of a std::optional are those of its value.
template <class M>
class Field : public Bounds<Field<M>, M> {
public:
    using Plain = typename detail::Plain<M>::type;

    Field(detail::FieldInfo& info, const M& initial) : info_(info), initial_(initial) {}

    /// Each item of a list: `fields(&Report::scores).items().minimum(0).maximum(100)`.
    auto items() requires detail::List<Plain> {
        return Item<typename Plain::value_type>(info_);
    }

    /// May be left out, and is `value` then.
    Field& default_value(const M& value) {
        detail::set_default(info_, detail::TypeIo<M>::write(&value));
        return *this;
    }
    /// May be left out, and keeps the value that its initialiser gave it.
    Field& default_value() { return default_value(initial_); }

private:
    friend class Bounds<Field<M>, M>;
    void set(std::string_view name, json::value value) {
        detail::set_keyword(info_, name, std::move(value));
    }

    detail::FieldInfo& info_;
    const M& initial_;
};

/// What is said of a described struct; see json_schema.hpp.
template <class T>
class Fields {
public:
    Fields(detail::StructInfo& info, T& initial) : info_(info), initial_(initial) {}

    /// What the struct means, in words for the model.
    Fields& about(std::string text) {
        info_.about = std::move(text);
        return *this;
    }

    /// Throws std::logic_error if the field is not among those that were described.
    template <class M, class B>
    requires std::derived_from<T, B> Field<M>
    operator()(M B::*member) {
        M& field = initial_.*member;
        return Field<M>(detail::field_at(info_, &initial_, &field), field);
    }

private:
    detail::StructInfo& info_;
    T& initial_;
};

}  // namespace capstan
