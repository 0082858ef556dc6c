// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Signatures} from "../common/libraries/Signatures.sol";
import {Claims} from "../payments/Claims.sol";
import {ICustodians} from "./interfaces/ICustodians.sol";

/// @notice Owns the bonds of custodians and checks what they sign.
abstract contract Custodians is Claims, EIP712, ICustodians {
    using SafeCast for uint256;

    bytes32 private constant ATTESTATION_TYPEHASH = keccak256(
        "HardwareAttestation(uint256 gpuId,bytes32 hardwareClass,address token,uint256 value,uint40 madeAt,uint40 expiresAt)"
    );

    mapping(address custodian => mapping(address token => CustodianBond)) private _bonds;

    /// @inheritdoc ICustodians
    function postBond(address token, uint256 amount) external {
        CustodianBond storage bond = _bonds[msg.sender][token];
        uint128 locked = bond.locked;
        // both together fit in the type, so that what is locked can always be freed
        bond.free = (uint256(bond.free) + locked + amount).toUint128() - locked;
        emit BondPosted(msg.sender, token, amount);
        _pull(msg.sender, token, amount);
    }

    /// @inheritdoc ICustodians
    function withdrawBond(address token, uint256 amount) external {
        CustodianBond storage bond = _bonds[msg.sender][token];
        uint128 free = bond.free;
        require(amount <= free, CustodiansBondTooLow(msg.sender, token, amount, free));
        bond.free = free - uint128(amount);
        emit BondWithdrawn(msg.sender, token, amount);
        _push(msg.sender, token, amount);
    }

    /// @inheritdoc ICustodians
    function bondOf(address custodian, address token) external view returns (CustodianBond memory) {
        return _bonds[custodian][token];
    }

    /// @inheritdoc ICustodians
    function attestationDigest(Attestation calldata attestation) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(ATTESTATION_TYPEHASH, attestation)));
    }

    /// @dev Refuses an attestation that is not the custodian's, about this token and class, and live. INVARIANT LN-8.
    function _requireAttested(
        Attestation calldata attestation,
        bytes calldata signature,
        address custodian,
        address token,
        bytes32 hardwareClass
    ) internal view {
        (uint256 gpuId, uint40 madeAt, uint40 expiresAt) = (
            attestation.gpuId,
            attestation.madeAt,
            attestation.expiresAt
        );
        require(attestation.token == token, CustodiansTokenMismatch(gpuId, attestation.token, token));
        require(
            attestation.hardwareClass == hardwareClass,
            CustodiansClassMismatch(gpuId, attestation.hardwareClass, hardwareClass)
        );
        require(madeAt <= block.timestamp && block.timestamp <= expiresAt, CustodiansNotLive(gpuId, madeAt, expiresAt));
        require(
            Signatures.isSignedBy(custodian, attestationDigest(attestation), signature),
            CustodiansInvalidSignature(gpuId, custodian)
        );
    }

    /// @dev Holds part of a bond for a loan.
    function _lockBond(address custodian, address token, uint256 amount) internal {
        CustodianBond storage bond = _bonds[custodian][token];
        uint128 free = bond.free;
        require(amount <= free, CustodiansBondTooLow(custodian, token, amount, free));
        // SAFETY: as much is free, and both together fit in the type.
        unchecked {
            (bond.free, bond.locked) = (free - uint128(amount), bond.locked + uint128(amount));
        }
    }

    /// @dev Frees what is still held for a loan that ended.
    function _unlockBond(address custodian, address token, uint256 amount) internal {
        CustodianBond storage bond = _bonds[custodian][token];
        // SAFETY: what a loan holds was counted at its draw, and both together fit in the type.
        unchecked {
            (bond.free, bond.locked) = (bond.free + uint128(amount), bond.locked - uint128(amount));
        }
    }

    /// @dev Takes away part of what is held for a loan.
    function _takeBond(address custodian, address token, uint256 amount) internal {
        _bonds[custodian][token].locked -= uint128(amount);
    }
}
