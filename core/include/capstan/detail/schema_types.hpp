#pragma once

// What is known of a described type at run time. Templates only fill these tables; all reading,
// writing and schema building on them is ordinary code in src/.

#include <capstan/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

namespace capstan::detail {

class Faults;
class SchemaBuilder;

/// What can be done with a value of a type, by its address.
struct TypeOps {
    void (*read)(Faults& faults, const json::value& value, void* to);
    json::value (*write)(const void* from);
    json::object (*schema)(SchemaBuilder& builder);
    bool optional;  ///< std::optional: may be left out
};

using Locate = void* (*)(void* object);

struct FieldInfo {
    std::string name;
    const TypeOps* type = nullptr;
    Locate locate = nullptr;  ///< the field's address in an object
    json::object keywords;    ///< of the schema: description, minimum, ...
    bool bounded = false;     ///< keywords has more than a description
    bool required = true;
    bool has_default = false;
    json::value default_value;
};

struct StructInfo {
    std::string name;
    std::string about;
    std::vector<FieldInfo> fields;  ///< in the order of their declaration
};

void name_struct(StructInfo& info, const std::type_info& type);
void add_field(StructInfo& info, const char* name, const TypeOps& type, Locate locate);

/// The field at that address of `object`. Throws std::logic_error if it is not a described one.
FieldInfo& field_at(StructInfo& info, void* object, const void* field);

void set_keyword(FieldInfo& field, std::string_view keyword, json::value value);
void set_item_keyword(FieldInfo& field, std::string_view keyword, json::value value);
void set_default(FieldInfo& field, json::value value);

}  // namespace capstan::detail
