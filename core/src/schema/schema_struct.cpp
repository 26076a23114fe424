// Structs: their tables, and reading by them.

#include "schema/schema_validator.hpp"
#include "schema/schema_words.hpp"

#include <capstan/detail/schema_reading.hpp>
#include <capstan/fields.hpp>

#include <boost/core/demangle.hpp>

#include <cmath>
#include <stdexcept>

namespace capstan::detail {

namespace {

std::vector<std::string_view> names_of(const StructInfo& info) {
    std::vector<std::string_view> names;
    for (const FieldInfo& field : info.fields) names.emplace_back(field.name);
    return names;
}

void add_unknown(Faults& faults, std::string_view member, const StructInfo& info) {
    const Faults::Inside inside(faults, member);
    faults.add(unknown_words(member, names_of(info)));
}

void read_missing(Faults& faults, const FieldInfo& field, void* object) {
    if (field.has_default)
        return field.type->read(faults, field.default_value, field.locate(object));
    if (!field.required) return;
    SchemaBuilder builder(false);
    const Faults::Inside inside(faults, field.name);
    faults.add("missing; expected " + schema_words(builder.finish(field.type->schema(builder))));
}

void read_field(Faults& faults, const json::object& from, const FieldInfo& field, void* object) {
    const json::value* value = from.if_contains(field.name);
    const bool left_out =
        !value || (value->is_null() && field.has_default && !field.type->optional);
    if (left_out) return read_missing(faults, field, object);
    const Faults::Inside inside(faults, field.name);
    const std::size_t before = faults.lines().size();
    field.type->read(faults, *value, field.locate(object));
    if (!field.bounded || faults.lines().size() != before || value->is_null()) return;
    check_keywords(faults, *value, field.keywords);
}

bool known(const StructInfo& info, std::string_view member) {
    for (const FieldInfo& field : info.fields) {
        if (field.name == member) return true;
    }
    return false;
}

/// The last part of a qualified name, made of letters that $defs and references do not escape.
std::string plain_name(std::string_view name) {
    std::size_t start = 0;
    int nesting = 0;
    for (std::size_t i = 0; i + 1 < name.size(); ++i) {
        if (name[i] == '<') ++nesting;
        if (name[i] == '>') --nesting;
        if (nesting == 0 && name[i] == ':' && name[i + 1] == ':') start = i + 2;
    }
    std::string out(name.substr(start));
    for (char& c : out) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain) c = '_';
    }
    return out;
}

}  // namespace

void name_struct(StructInfo& info, const std::type_info& type) {
    info.name = plain_name(boost::core::demangle(type.name()));
}

void add_field(StructInfo& info, const char* name, const TypeOps& type, Locate locate) {
    FieldInfo& field = info.fields.emplace_back();
    field.name = name;
    field.type = &type;
    field.locate = locate;
    field.required = !type.optional;
}

FieldInfo& field_at(StructInfo& info, void* object, const void* address) {
    for (FieldInfo& field : info.fields) {
        if (field.locate(object) == address) return field;
    }
    throw std::logic_error("Fields<" + info.name + ">: not among the described fields");
}

void set_keyword(FieldInfo& field, std::string_view keyword, json::value value) {
    field.bounded = field.bounded || keyword != "description";
    field.keywords[keyword] = std::move(value);
}

void set_item_keyword(FieldInfo& field, std::string_view keyword, json::value value) {
    auto& items = field.keywords["items"];
    if (!items.is_object()) items.emplace_object();
    items.get_object()[keyword] = std::move(value);
    field.bounded = true;
}

void set_default(FieldInfo& field, json::value value) {
    field.required = false;
    field.has_default = true;
    field.keywords["default"] = value;
    field.default_value = std::move(value);
}

json::value bound_value(double bound) {
    if (std::trunc(bound) == bound && std::abs(bound) < 0x1p53) {
        return static_cast<std::int64_t>(bound);
    }
    return bound;
}

void read_struct(Faults& faults, const json::value& value, void* to, const StructInfo& info) {
    const auto* object = value.if_object();
    if (!object) return faults.expected_object(value);
    if (!faults.spend_in_alternative()) return;
    for (const FieldInfo& field : info.fields) {
        if (faults.full()) return;
        read_field(faults, *object, field, to);
    }
    for (const auto& [member, unused] : *object) {
        if (!known(info, member)) add_unknown(faults, member, info);
    }
}

}  // namespace capstan::detail
