#pragma once

#include "runtime/model_catalog_impl.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace capstan::detail {

/// "/models/{author}/{slug}/endpoints"; empty if `id` is not "author/slug".
std::string endpoints_path(std::string_view id);

/// ModelCatalog::endpoints().
asio::awaitable<std::vector<EndpointInfo>> find_endpoints(std::shared_ptr<ModelCatalog::Impl> impl,
                                                          std::string model);

}  // namespace capstan::detail
