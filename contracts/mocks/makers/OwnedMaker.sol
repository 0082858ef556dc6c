// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Maker} from "./Maker.sol";

/// @notice Accepts what its owner signed, after burning as much gas as it is told to.
contract OwnedMaker is Maker, IERC1271 {
    address private immutable _owner;
    uint256 private immutable _thirst;

    /// @param owner Whose ECDSA signatures count.
    /// @param thirst The gas burned by each check.
    constructor(address owner, uint256 thirst) {
        _owner = owner;
        _thirst = thirst;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        uint256 start = gasleft();
        while (start - gasleft() < _thirst) {}
        return ECDSA.recover(digest, signature) == _owner ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}
