#pragma once

// Which operations belong to a C++ type.

#include <capstan/detail/schema_reading.hpp>
#include <capstan/fields.hpp>

#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace capstan::detail {

template <class T>
struct TypeIo {
    static_assert(sizeof(T) == 0,
                  "no JSON for this type: describe it with BOOST_DESCRIBE_STRUCT "
                  "or BOOST_DESCRIBE_ENUM, or see capstan/json_schema.hpp");
};

template <class T>
inline constexpr TypeOps type_ops{&TypeIo<T>::read, &TypeIo<T>::write, &TypeIo<T>::schema,
                                  TypeIo<T>::optional};

struct Mandatory {
    static constexpr bool optional = false;
};

template <class T>
concept PlainInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                       !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                       !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <PlainInteger T>
struct TypeIo<T> : Mandatory {
    static constexpr IntegerRange range{static_cast<std::int64_t>(std::numeric_limits<T>::min()),
                                        static_cast<std::uint64_t>(std::numeric_limits<T>::max())};

    static void read(Faults& faults, const json::value& value, void* to) {
        *static_cast<T*>(to) = static_cast<T>(read_integer(faults, value, range));
    }
    static json::value write(const void* from) { return *static_cast<const T*>(from); }
    static json::object schema(SchemaBuilder&) { return integer_schema(range); }
};

template <std::floating_point T>
struct TypeIo<T> : Mandatory {
    static void read(Faults& faults, const json::value& value, void* to) {
        constexpr double most = static_cast<double>(std::min<long double>(
            std::numeric_limits<T>::max(), std::numeric_limits<double>::max()));
        *static_cast<T*>(to) = static_cast<T>(read_number(faults, value, most));
    }
    static json::value write(const void* from) {
        return static_cast<double>(*static_cast<const T*>(from));
    }
    static json::object schema(SchemaBuilder&) { return simple_schema("number"); }
};

template <>
struct TypeIo<bool> : Mandatory {
    static void read(Faults& faults, const json::value& value, void* to) {
        read_bool(faults, value, *static_cast<bool*>(to));
    }
    static json::value write(const void* from) { return *static_cast<const bool*>(from); }
    static json::object schema(SchemaBuilder&) { return simple_schema("boolean"); }
};

template <>
struct TypeIo<std::string> : Mandatory {
    static void read(Faults& faults, const json::value& value, void* to) {
        read_string(faults, value, *static_cast<std::string*>(to));
    }
    static json::value write(const void* from) {
        return json::value(*static_cast<const std::string*>(from));
    }
    static json::object schema(SchemaBuilder&) { return simple_schema("string"); }
};

template <>
struct TypeIo<std::monostate> : Mandatory {
    static void read(Faults& faults, const json::value& value, void*) {
        if (!value.is_null()) faults.expected("null", value);
    }
    static json::value write(const void*) { return nullptr; }
    static json::object schema(SchemaBuilder&) { return simple_schema("null"); }
};

template <>
struct TypeIo<json::value> : Mandatory {
    static void read(Faults&, const json::value& value, void* to) {
        *static_cast<json::value*>(to) = value;
    }
    static json::value write(const void* from) { return *static_cast<const json::value*>(from); }
    static json::object schema(SchemaBuilder&) { return {}; }
};

template <>
struct TypeIo<json::object> : Mandatory {
    static void read(Faults& faults, const json::value& value, void* to) {
        if (!value.is_object()) return faults.expected("an object", value);
        *static_cast<json::object*>(to) = value.get_object();
    }
    static json::value write(const void* from) { return *static_cast<const json::object*>(from); }
    static json::object schema(SchemaBuilder&) { return simple_schema("object"); }
};

template <>
struct TypeIo<json::array> : Mandatory {
    static void read(Faults& faults, const json::value& value, void* to) {
        if (!value.is_array()) return faults.expected("an array", value);
        *static_cast<json::array*>(to) = value.get_array();
    }
    static json::value write(const void* from) { return *static_cast<const json::array*>(from); }
    static json::object schema(SchemaBuilder&) { return list_schema({}); }
};

template <class T>
requires(std::is_enum_v<T>) struct TypeIo<T> : Mandatory {
    static_assert(boost::describe::has_describe_enumerators<T>::value,
                  "an enum needs BOOST_DESCRIBE_ENUM");

    template <class... D>
    static constexpr std::array<EnumEntry, sizeof...(D)> table(boost::mp11::mp_list<D...>) {
        return {EnumEntry{D::name, static_cast<std::int64_t>(D::value)}...};
    }
    static constexpr auto names = table(
        boost::mp11::mp_rename<boost::describe::describe_enumerators<T>, boost::mp11::mp_list>());

    static void read(Faults& faults, const json::value& value, void* to) {
        *static_cast<T*>(to) = static_cast<T>(read_enum(faults, value, names));
    }
    static json::value write(const void* from) {
        return write_enum(static_cast<std::int64_t>(*static_cast<const T*>(from)), names);
    }
    static json::object schema(SchemaBuilder&) { return enum_schema(names); }
};

template <class T>
struct TypeIo<std::optional<T>> {
    static constexpr bool optional = true;

    static void read(Faults& faults, const json::value& value, void* to) {
        auto& target = *static_cast<std::optional<T>*>(to);
        if (value.is_null()) return target.reset();
        TypeIo<T>::read(faults, value, &target.emplace());
    }
    static json::value write(const void* from) {
        const auto& value = *static_cast<const std::optional<T>*>(from);
        return value ? TypeIo<T>::write(&*value) : json::value(nullptr);
    }
    static json::object schema(SchemaBuilder& builder) {
        return nullable_schema(TypeIo<T>::schema(builder));
    }
};

template <class T, class A>
struct TypeIo<std::vector<T, A>> : Mandatory {
    using List = std::vector<T, A>;

    static void read_item(Faults& faults, const json::value& value, void* list, std::size_t) {
        T item{};
        TypeIo<T>::read(faults, value, &item);
        static_cast<List*>(list)->push_back(std::move(item));
    }
    static void read(Faults& faults, const json::value& value, void* to) {
        static_cast<List*>(to)->clear();
        read_list(faults, value, to, &read_item);
    }
    static json::value write(const void* from) {
        json::array out;
        for (const T& item : *static_cast<const List*>(from))
            out.push_back(TypeIo<T>::write(&item));
        return out;
    }
    static json::object schema(SchemaBuilder& builder) {
        return list_schema(TypeIo<T>::schema(builder));
    }
};

template <class T, std::size_t N>
struct TypeIo<std::array<T, N>> : Mandatory {
    using List = std::array<T, N>;

    static void read_item(Faults& faults, const json::value& value, void* list, std::size_t index) {
        TypeIo<T>::read(faults, value, &(*static_cast<List*>(list))[index]);
    }
    static void read(Faults& faults, const json::value& value, void* to) {
        read_list(faults, value, to, &read_item, N);
    }
    static json::value write(const void* from) {
        json::array out;
        for (const T& item : *static_cast<const List*>(from))
            out.push_back(TypeIo<T>::write(&item));
        return out;
    }
    static json::object schema(SchemaBuilder& builder) {
        return tuple_schema(TypeIo<T>::schema(builder), N);
    }
};

template <class Map>
struct MapIo : Mandatory {
    using T = typename Map::mapped_type;

    static void read_entry(Faults& faults, const json::value& value, void* map,
                           const std::string& key) {
        T item{};
        TypeIo<T>::read(faults, value, &item);
        static_cast<Map*>(map)->insert_or_assign(key, std::move(item));
    }
    static void read(Faults& faults, const json::value& value, void* to) {
        static_cast<Map*>(to)->clear();
        read_map(faults, value, to, &read_entry);
    }
    static json::value write(const void* from) {
        json::object out;
        for (const auto& [key, item] : *static_cast<const Map*>(from)) {
            const T& mapped = item;
            out.insert_or_assign(key, TypeIo<T>::write(&mapped));
        }
        return out;
    }
    static json::object schema(SchemaBuilder& builder) {
        return map_schema(TypeIo<T>::schema(builder));
    }
};

template <class T, class C, class A>
struct TypeIo<std::map<std::string, T, C, A>> : MapIo<std::map<std::string, T, C, A>> {};
template <class T, class H, class E, class A>
struct TypeIo<std::unordered_map<std::string, T, H, E, A>>
    : MapIo<std::unordered_map<std::string, T, H, E, A>> {};

template <class... T>
struct TypeIo<std::variant<T...>> : Mandatory {
    using Variant = std::variant<T...>;

    template <class Alternative>
    static void read_one(Faults& faults, const json::value& value, void* to) {
        Alternative item{};
        TypeIo<Alternative>::read(faults, value, &item);
        if (faults.empty()) *static_cast<Variant*>(to) = std::move(item);
    }
    static void read(Faults& faults, const json::value& value, void* to) {
        static constexpr ReadAlternative alternatives[] = {&read_one<T>...};
        read_alternatives(faults, value, to, alternatives);
    }
    static json::value write(const void* from) {
        return std::visit([]<class U>(const U& item) { return TypeIo<U>::write(&item); },
                          *static_cast<const Variant*>(from));
    }
    static json::object schema(SchemaBuilder& builder) {
        json::array alternatives;
        (alternatives.emplace_back(TypeIo<T>::schema(builder)), ...);
        return any_of_schema(std::move(alternatives));
    }
};

template <class T>
concept DescribedStruct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

template <class T>
const StructInfo& struct_info();

template <DescribedStruct T>
struct TypeIo<T> : Mandatory {
    static void read(Faults& faults, const json::value& value, void* to) {
        read_struct(faults, value, to, struct_info<T>());
    }
    static json::value write(const void* from) { return write_struct(from, struct_info<T>()); }
    static json::object schema(SchemaBuilder& builder) {
        return builder.of_struct(struct_info<T>());
    }
};

template <class T, auto Member>
void* locate(void* object) {
    return &(static_cast<T*>(object)->*Member);
}

template <class T, auto Member>
void add_member(StructInfo& info, const char* name) {
    using Type = std::remove_reference_t<decltype(std::declval<T&>().*Member)>;
    add_field(info, name, type_ops<Type>, &locate<T, Member>);
}

template <class T, class... D>
void add_members(StructInfo& info, boost::mp11::mp_list<D...>) {
    (add_member<T, D::pointer>(info, D::name), ...);
}

template <class T>
concept Explained = requires(Fields<T>& fields) {
    describe(fields);
};

template <class T>
StructInfo make_struct_info() {
    static_assert(std::default_initializable<T>, "is made first, then its fields are read");
    constexpr unsigned kinds = boost::describe::mod_public | boost::describe::mod_inherited;
    StructInfo info;
    name_struct(info, typeid(T));
    using Members = boost::describe::describe_members<T, kinds>;
    add_members<T>(info, boost::mp11::mp_rename<Members, boost::mp11::mp_list>());
    if constexpr (Explained<T>) {
        T initial{};
        Fields<T> fields(info, initial);
        describe(fields);
    }
    return info;
}

template <class T>
const StructInfo& struct_info() {
    static const StructInfo info = make_struct_info<T>();
    return info;
}

}  // namespace capstan::detail
