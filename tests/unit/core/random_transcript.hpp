#pragma once

#include <capstan/context.hpp>

#include <cstdint>
#include <random>

using Random = std::mt19937_64;

std::size_t pick(Random& random, std::size_t count);

/// A valid transcript of up to some dozen messages, maybe with open calls at its end: short and
/// long texts, pictures, pins, earlier summaries, broken UTF-8. Message i carries the extra member
/// `tag` with the value i.
capstan::Conversation random_transcript(Random& random);

/// Options and estimators from small to large.
capstan::ContextOptions random_options(Random& random);
capstan::TokenEstimator random_estimator(Random& random);
