// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";

/**
 * @title TokenMetadata
 * @notice Reads what a token says about itself, whatever it answers: nothing here reverts, and what a token can burn or
 * return is bounded. For display only: too little gas reads as no answer.
 */
library TokenMetadata {
    /// @dev The most gas that one question may use; it bounds the answer's size as well.
    uint256 private constant GAS_LIMIT = 100_000;

    /// @dev The longest text, in bytes.
    uint256 private constant MAX_LENGTH = 256;

    /// @notice The token's name; empty if it gives none, or none of at most 256 bytes.
    function name(address token) internal view returns (string memory) {
        return _text(token, IERC20Metadata.name.selector);
    }

    /// @notice The token's symbol; empty if it gives none, or none of at most 256 bytes.
    function symbol(address token) internal view returns (string memory) {
        return _text(token, IERC20Metadata.symbol.selector);
    }

    /// @notice The token's decimals; zero if it gives none, or none of at most 255.
    function decimals(address token) internal view returns (uint8) {
        bytes memory reply = _ask(token, IERC20Metadata.decimals.selector);
        uint256 value = reply.length < 32 ? 0 : abi.decode(reply, (uint256));
        return value > type(uint8).max ? 0 : uint8(value);
    }

    /// @dev An ABI-encoded string, or the zero-terminated 32 bytes that some old tokens return.
    function _text(address token, bytes4 selector) private view returns (string memory) {
        bytes memory reply = _ask(token, selector);
        if (reply.length == 32) return string(Bytes.slice(reply, 0, Bytes.indexOf(reply, 0)));
        if (reply.length < 64) return "";

        (uint256 offset, uint256 length) = abi.decode(reply, (uint256, uint256));
        if (offset != 32 || length > MAX_LENGTH || length > reply.length - 64) return "";
        return string(Bytes.slice(reply, 64, 64 + length));
    }

    function _ask(address token, bytes4 selector) private view returns (bytes memory reply) {
        bool success;
        (success, reply) = token.staticcall{gas: GAS_LIMIT}(abi.encodePacked(selector));
        if (!success) reply = "";
    }
}
