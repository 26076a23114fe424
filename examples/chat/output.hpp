#pragma once

#include <capstan/chunk.hpp>
#include <capstan/error.hpp>
#include <capstan/message.hpp>

#include <chrono>
#include <memory>

namespace chat {

/// Where an answer goes: to a person, or line by line to a program.
class Output {
public:
    Output() = default;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    virtual ~Output() = default;

    virtual void begin() = 0;
    virtual void chunk(const capstan::StreamChunk& chunk) = 0;
    virtual void retry(int attempt, int max_retries, std::chrono::milliseconds delay,
                       const capstan::ApiError& error) = 0;
    virtual void message(const capstan::AssistantMessage& message) = 0;
    virtual void error(const capstan::ApiError& error) = 0;
};

std::unique_ptr<Output> make_jsonl_output();
std::unique_ptr<Output> make_terminal_output();

}  // namespace chat
