#include <capstan/json_schema.hpp>
#include <capstan/tool.hpp>

namespace capstan {

std::string Tool::check(const json::value& arguments) const {
    const json::object& schema = definition().parameters;
    try {
        return schema_fault(arguments, schema);
    } catch (const SchemaError&) {
        // The model can do nothing about a schema that cannot be used, and the tool, often a
        // server's, looks at its arguments itself.
        return {};
    }
}

}  // namespace capstan
