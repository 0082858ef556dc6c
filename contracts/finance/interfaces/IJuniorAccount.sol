// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title IJuniorAccount
 * @notice A provider account whose first-loss money has an owner: what its jobs pay lands in the account, and only that
 * owner takes it out. Whoever owns the junior therefore holds a lien on all proceeds that no job has to know of.
 */
interface IJuniorAccount {
    /// @notice Takes money of the junior out.
    /// @dev Requirements: the caller owns the junior; at most {withdrawableJunior}. Moves claims of the Ledger.
    /// @param amount Payment-token units.
    /// @param to The account that gets the claims.
    function withdrawJunior(uint256 amount, address to) external;

    /// @notice Hands the junior to another owner.
    /// @dev Requirements: the caller owns the junior.
    /// @param newOwner The account that owns it from now on.
    function transferJunior(address newOwner) external;

    /// @notice The payment token.
    function asset() external view returns (address token);

    /// @notice The account that signs asks for this one.
    function operator() external view returns (address account);

    /// @notice The account that may take out the junior's surplus.
    function juniorOwner() external view returns (address owner);

    /// @notice The first-loss money now, in payment-token units.
    function junior() external view returns (uint256 amount);

    /// @notice What the junior's owner could take out now, in payment-token units; bonds, and what is owed to those who
    /// stand behind the junior, come first.
    function withdrawableJunior() external view returns (uint256 amount);
}
