// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title ICustodians
 * @notice Those who vouch with a bond that a GPU exists, is what its registration says, and is worth a value.
 * @dev The chain cannot see hardware. Lenders choose whom they believe by funding a request that names it; no other
 * signature counts for that loan, and a tenth of what was attested, or the principal if that is less, is locked until the loan ends, or for 60
 * days after a default.
 */
interface ICustodians {
    /**
     * @notice `HardwareAttestation(uint256 gpuId,bytes32 hardwareClass,address token,uint256 value,uint40 madeAt,uint40
     * expiresAt)`, signed under EIP-712 by the custodian.
     * @param gpuId The GPU.
     * @param hardwareClass Its class, the same as in the registry.
     * @param token The payment token that the value is in.
     * @param value What the GPU is worth at `madeAt`, in payment-token units.
     * @param madeAt When it was examined, in seconds.
     * @param expiresAt The last second at which a loan can be drawn on it.
     */
    struct Attestation {
        uint256 gpuId;
        bytes32 hardwareClass;
        address token;
        uint256 value;
        uint40 madeAt;
        uint40 expiresAt;
    }

    /// @param free What can be locked or taken back, in payment-token units.
    /// @param locked Held for loans that were drawn, in payment-token units.
    struct CustodianBond {
        uint128 free;
        uint128 locked;
    }

    /// @notice `custodian` added `amount` payment-token units to its bond.
    event BondPosted(address indexed custodian, address indexed token, uint256 amount);

    /// @notice `custodian` took `amount` payment-token units out of its bond.
    event BondWithdrawn(address indexed custodian, address indexed token, uint256 amount);

    /// @notice Less of the bond is free than the call needs, in payment-token units.
    error CustodiansBondTooLow(address custodian, address token, uint256 needed, uint256 free);

    /// @notice The attestation is not signed by the custodian of the loan.
    error CustodiansInvalidSignature(uint256 gpuId, address custodian);

    /// @notice The attestation is from the future or expired, in seconds.
    error CustodiansNotLive(uint256 gpuId, uint40 madeAt, uint40 expiresAt);

    /// @notice The attestation's value is in another token.
    error CustodiansTokenMismatch(uint256 gpuId, address attested, address token);

    /// @notice The GPU is registered as another class of hardware.
    error CustodiansClassMismatch(uint256 gpuId, bytes32 attested, bytes32 registered);

    /**
     * @notice Adds claims of the caller to its bond.
     * @dev Emits {BondPosted}. Requirements: the caller has the claims, and lets this contract pull them.
     * @param token The payment token.
     * @param amount Payment-token units.
     */
    function postBond(address token, uint256 amount) external;

    /**
     * @notice Takes claims out of the caller's bond.
     * @dev Emits {BondWithdrawn}. Requirements: as much is free.
     * @param token The payment token.
     * @param amount Payment-token units.
     */
    function withdrawBond(address token, uint256 amount) external;

    /// @notice The bond of a custodian in a token.
    function bondOf(address custodian, address token) external view returns (CustodianBond memory bond);

    /// @notice What a custodian signs.
    function attestationDigest(Attestation calldata attestation) external view returns (bytes32 digest);
}
