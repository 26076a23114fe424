#pragma once

#include <capstan/detail/schema_io.hpp>
#include <capstan/json_schema.hpp>

#include <string>

namespace capstan {

template <class T>
json::object schema_of() {
    detail::SchemaBuilder builder(detail::DescribedStruct<T>);
    return builder.finish(detail::TypeIo<T>::schema(builder));
}

template <class T>
T from_json(const json::value& value) {
    T result{};
    detail::Faults faults;
    detail::TypeIo<T>::read(faults, value, &result);
    detail::throw_faults(faults);
    return result;
}

template <class T>
json::value to_json_value(const T& value) {
    return detail::TypeIo<T>::write(&value);
}

template <class T>
std::string conversion_fault(const json::value& value) {
    T result{};
    detail::Faults faults;
    detail::TypeIo<T>::read(faults, value, &result);
    return faults.text();
}

}  // namespace capstan
