#pragma once

#include <capstan/testing/answers.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace capstan::testing {

/// Servers that speak OpenAI's chat completions, each with an accent.
enum class ChatServer { openai, deepseek, llama_cpp, lm_studio, ollama, vllm };

/// `answer` as that server streams it: how it spells reasoning, cuts tool calls, and where it says
/// the usage. Of `answer` are used: text, reasoning, tool_calls, finish_reason, usage (cost left
/// out), with_usage, with_done, id, model.
///
/// - openai: no reasoning; calls open with id and name, then arguments; usage on a chunk without
///   choices.
/// - deepseek: `reasoning_content`, content null beside it; usage on the last choice's chunk, with
///   prompt_cache_hit_tokens.
/// - llama_cpp: `reasoning_content`, no role after the first delta; usage and `timings` on a chunk
///   without choices.
/// - lm_studio: `reasoning_content`; usage and `stats` on a chunk without choices.
/// - ollama: `reasoning`; role and content in every delta, calls whole in one delta; "stop" as the
///   finish of calls too.
/// - vllm: `reasoning` and `reasoning_content`; usage on a chunk without choices.
SimResponse streamed_by(ChatServer server, const Answer& answer);

/// An error as that server reports it before an answer. `type` is used where it has one.
SimResponse refused_by(ChatServer server, int status, std::string_view message,
                       std::string_view type = {});

/// `text`, then an error as that server reports it in the middle of a stream; `legacy` is
/// llama.cpp's older field `error:`.
SimResponse broken_by(ChatServer server, std::string_view text, std::string_view message,
                      bool legacy = false);

/// GET /models of that server with one model; where the server says the context's length in its
/// list, `context_length`.
SimResponse models_of(ChatServer server, std::string_view model, std::int64_t context_length);

}  // namespace capstan::testing
