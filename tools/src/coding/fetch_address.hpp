#pragma once

#include <string>
#include <string_view>

namespace capstan::coding {

/// False for addresses that are not of the public internet: loopback, link-local, private,
/// multicast, reserved, also where they are embedded in IPv6; and for what is no address.
bool is_public_address(std::string_view address);

/// Looks the host up and throws WorkspaceError if any of its addresses is not public. A host that
/// is not found passes: a proxy may know it. Blocks.
void check_public_host(const std::string& host);

}  // namespace capstan::coding
