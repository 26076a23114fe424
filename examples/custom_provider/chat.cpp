// One question to Harbor: HARBOR_API_KEY=... HARBOR_BASE_URL=... harbor-chat "Which pier?"
#include "harbor.hpp"

#include <capstan/error.hpp>
#include <capstan/reply.hpp>

#include <cstdio>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: harbor-chat QUESTION\n");
        return 2;
    }
    try {
        capstan::ProviderOptions options;
        options.model = "barge-1";
        HarborHandler harbor(options);
        std::printf("%s\n", capstan::ask(harbor, argv[1]).c_str());
    } catch (const capstan::ApiError& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
