// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @notice The ERC-6909 id under which the Ledger keeps claims on an ERC-20 token: its address, widened.
 * @dev An id is never narrowed by truncation: one that does not fit in an address belongs to no token.
 */
library TokenId {
    /// @notice The id of claims on `token`.
    function fromToken(address token) internal pure returns (uint256 id) {
        return uint256(uint160(token));
    }

    /// @notice The token that `id` stands for; the zero address, which is no token, if it stands for none.
    function toToken(uint256 id) internal pure returns (address token) {
        return id > type(uint160).max ? address(0) : address(uint160(id));
    }
}
