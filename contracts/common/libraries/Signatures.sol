// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice Signature checks that a hostile signer can neither make expensive nor revert.
library Signatures {
    /// @dev Enough for a multi-signature wallet; a signer that wants more signed nothing.
    uint256 private constant ERC1271_GAS = 150_000;

    /// @notice Whether `signature` over `digest` is that of `signer`, by ECDSA or ERC-1271.
    function isSignedBy(address signer, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        address recovered = recover(digest, signature);
        return (recovered == signer && recovered != address(0)) || isErc1271SignedBy(signer, digest, signature);
    }

    /// @notice Who signed `digest` by ECDSA; zero if nobody did. Refuses malleable signatures.
    function recover(bytes32 digest, bytes calldata signature) internal pure returns (address recovered) {
        (recovered, , ) = ECDSA.tryRecoverCalldata(digest, signature);
    }

    /// @notice Whether the contract at `signer` accepts `signature`.
    /// @dev It gets a fixed amount of gas, and one word of what it returns is read.
    function isErc1271SignedBy(
        address signer,
        bytes32 digest,
        bytes calldata signature
    ) internal view returns (bool valid) {
        if (signer.code.length == 0) return false;
        bytes memory data = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        (bytes4 magic, uint256 stipend) = (IERC1271.isValidSignature.selector, ERC1271_GAS);
        // SAFETY: at most 32 bytes are written, to scratch space.
        assembly ("memory-safe") {
            mstore(0x00, 0)
            let success := staticcall(stipend, signer, add(data, 0x20), mload(data), 0x00, 0x20)
            valid := and(and(success, gt(returndatasize(), 0x1f)), eq(mload(0x00), magic))
        }
    }
}
