#pragma once

#include <boost/json/object.hpp>

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace capstan::testing {

/// Throws std::runtime_error for a member that is none of `known`: a typing error must not pass.
inline void check_members(const boost::json::object& object,
                          std::initializer_list<std::string_view> known, const char* where) {
    for (const auto& member : object) {
        const std::string_view key(member.key().data(), member.key().size());
        if (std::find(known.begin(), known.end(), key) == known.end())
            throw std::runtime_error(std::string(where) + ": unknown member \"" +
                                     std::string(key) + '"');
    }
}

}  // namespace capstan::testing
