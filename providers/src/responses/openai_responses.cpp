#include <capstan/providers/openai_responses.hpp>

#include "responses/responses_dialect.hpp"

#include <memory>
#include <utility>

namespace capstan {

OpenAiResponsesHandler::OpenAiResponsesHandler(OpenAiResponsesOptions options)
    : DialectHandler(options, std::make_shared<responses::ResponsesDialect>(options)) {}

}  // namespace capstan
