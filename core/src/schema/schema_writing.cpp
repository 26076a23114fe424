#include <capstan/detail/schema_reading.hpp>
#include <capstan/json_schema.hpp>

#include <string>

namespace capstan::detail {

json::value write_enum(std::int64_t value, std::span<const EnumEntry> names) {
    for (const EnumEntry& entry : names) {
        if (entry.value == value) return json::value(entry.name);
    }
    throw SchemaError("no enumerator has the value " + std::to_string(value));
}

json::value write_struct(const void* from, const StructInfo& info) {
    json::object out;
    for (const FieldInfo& field : info.fields) {
        // The tables are made for reading, too; nothing is changed here.
        const void* address = field.locate(const_cast<void*>(from));
        json::value value = field.type->write(address);
        if (field.type->optional && value.is_null() && !field.has_default) continue;
        out.insert_or_assign(field.name, std::move(value));
    }
    return out;
}

}  // namespace capstan::detail
