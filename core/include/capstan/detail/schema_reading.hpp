#pragma once

// Reading, writing and describing values of every kind, without templates.

#include <capstan/detail/schema_faults.hpp>
#include <capstan/detail/schema_types.hpp>
#include <capstan/json.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::detail {

// -- reading: at a fault, nothing or a part of `to` is set

struct IntegerRange {
    std::int64_t least;
    std::uint64_t most;
};
/// The bits of the integer in two's complement.
std::uint64_t read_integer(Faults& faults, const json::value& value, IntegerRange range);
double read_number(Faults& faults, const json::value& value, double most);
void read_bool(Faults& faults, const json::value& value, bool& to);
void read_string(Faults& faults, const json::value& value, std::string& to);

struct EnumEntry {
    const char* name;
    std::int64_t value;
};
std::int64_t read_enum(Faults& faults, const json::value& value, std::span<const EnumEntry> names);

/// Reads one item into the `index`th place of the list at `list`.
using ReadItem = void (*)(Faults& faults, const json::value& item, void* list, std::size_t index);
constexpr std::size_t any_size = std::numeric_limits<std::size_t>::max();
void read_list(Faults& faults, const json::value& value, void* list, ReadItem read,
               std::size_t size = any_size);

using ReadEntry = void (*)(Faults& faults, const json::value& item, void* map,
                           const std::string& key);
void read_map(Faults& faults, const json::value& value, void* map, ReadEntry read);

using ReadAlternative = void (*)(Faults& faults, const json::value& value, void* to);
void read_alternatives(Faults& faults, const json::value& value, void* to,
                       std::span<const ReadAlternative> alternatives);

void read_struct(Faults& faults, const json::value& value, void* to, const StructInfo& info);

/// Throws SchemaError if there are faults.
void throw_faults(const Faults& faults);

// -- writing

json::value write_enum(std::int64_t value, std::span<const EnumEntry> names);
json::value write_struct(const void* from, const StructInfo& info);

// -- schemas

/// Builds the schema of one type. Structs that contain themselves are referred to: the type itself,
/// if it is a struct, as "#", others in $defs.
class SchemaBuilder {
public:
    explicit SchemaBuilder(bool root_is_struct) : root_is_struct_(root_is_struct) {}

    json::object of_struct(const StructInfo& info);
    /// The schema with its $defs.
    json::object finish(json::object schema);

private:
    struct Entry {
        const StructInfo* info = nullptr;
        std::string name;
        bool open = true;
        bool recursive = false;
        json::object schema;  ///< for $defs
    };

    json::object reference(std::size_t index);
    json::object struct_schema(const StructInfo& info);
    std::string unused_name(const std::string& wish) const;

    bool root_is_struct_;
    std::vector<Entry> entries_;
};

json::object simple_schema(std::string_view type);
json::object integer_schema(IntegerRange range);
json::object enum_schema(std::span<const EnumEntry> names);
json::object list_schema(json::object items);
json::object tuple_schema(json::object items, std::size_t size);
json::object map_schema(json::object values);
json::object nullable_schema(json::object schema);
json::object any_of_schema(json::array alternatives);

}  // namespace capstan::detail
