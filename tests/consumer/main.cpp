// A user's program: it compiles against the public headers and links whatever they need.
#include <capstan/capstan.hpp>

#include <cstdio>

int main() {
    capstan::OpenRouterOptions options;
    options.api_key = "not-a-key";
    options.model = "openai/gpt-5-mini";
    capstan::OpenRouterHandler handler(options);
    std::printf("capstan %s, %s\n", CAPSTAN_VERSION, handler.options().model.c_str());
}
