#pragma once

#include <capstan/testing/answers.hpp>

#include <boost/json/object.hpp>

#include <string>

namespace capstan::testing {

/// What the default model says to this chat body.
Answer chat_answer(const boost::json::object& body, const std::string& model);
/// About four bytes a token.
std::int64_t token_count(std::string_view text);
/// What /generation holds under "data" for a served answer.
boost::json::object generation_data(const Answer& answer, const SimRequest& request);

}  // namespace capstan::testing
