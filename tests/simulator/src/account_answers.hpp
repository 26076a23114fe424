#pragma once

#include <capstan/testing/answers.hpp>

namespace capstan::testing {

SimResponse key_answer();
SimResponse credits_answer();
/// Vectors that depend on the input text alone, of length 1; 8 dimensions unless asked otherwise.
SimResponse embeddings_answer(const SimRequest& request);

}  // namespace capstan::testing
