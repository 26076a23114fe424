#include <capstan/http_client.hpp>

#include "net/http_text.hpp"

#include <algorithm>

namespace capstan {

namespace {

auto named(std::string_view name) {
    return [name](const auto& field) { return http::equal_ignoring_case(field.first, name); };
}

}  // namespace

void HttpHeaders::add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
}

void HttpHeaders::set(std::string name, std::string value) {
    const auto first = std::find_if(fields_.begin(), fields_.end(), named(name));
    if (first == fields_.end()) return add(std::move(name), std::move(value));
    fields_.erase(std::remove_if(first + 1, fields_.end(), named(name)), fields_.end());
    *first = {std::move(name), std::move(value)};
}

std::string_view HttpHeaders::get(std::string_view name) const noexcept {
    const auto found = std::find_if(fields_.begin(), fields_.end(), named(name));
    return found == fields_.end() ? std::string_view() : std::string_view(found->second);
}

bool HttpHeaders::contains(std::string_view name) const noexcept {
    return std::any_of(fields_.begin(), fields_.end(), named(name));
}

}  // namespace capstan
