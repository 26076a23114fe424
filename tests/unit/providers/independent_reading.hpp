#pragma once

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an answer says, read in the plainest way from its whole bytes. Written apart from the
/// decoder and sharing no code with it, so that one can check the other.
namespace independent {

namespace json = boost::json;

struct Call {
    std::string id;
    std::string name;
    std::string arguments;
    bool operator==(const Call&) const = default;
};

struct Reading {
    std::string text;
    std::string reasoning;  ///< `reasoning` of all deltas, else the details' text and summaries
    std::string refusal;
    json::array details;  ///< merged
    bool details_present = false;
    std::vector<Call> calls;
    json::array images;
    json::array annotations;
    std::string id;
    std::string model;
    std::string provider;
    std::string finish_reason;
    std::string native_finish_reason;
    std::optional<json::object> usage;
    std::string cost_digits;           ///< as written on the wire; empty if absent
    std::string upstream_cost_digits;  ///< of cost_details.upstream_inference_cost
    std::optional<json::value> error;
};

Reading read_stream(std::string_view body);
Reading read_single(std::string_view body);

}  // namespace independent
