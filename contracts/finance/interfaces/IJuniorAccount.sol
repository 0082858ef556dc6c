// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title IJuniorAccount
 * @notice A provider account whose first-loss money, the junior, has an owner of its own.
 * @dev All that the account's jobs are paid goes into the junior, out of which only its owner can take anything; bonds, and
 * what the account owes to others, come first. Who owns the junior of an account has a lien on all that it earns.
 */
interface IJuniorAccount {
    /// @notice The owner of the junior took `amount` payment-token units out of it.
    event JuniorWithdrawn(address indexed owner, address indexed to, uint256 amount);

    /// @notice The junior got another owner.
    event JuniorTransferred(address indexed from, address indexed to);

    /// @notice Bonds lean on at most `most` payment-token units of the junior; the largest value stands for all of it.
    event JuniorLimited(uint256 most);

    /// @notice The caller does not own the junior.
    error JuniorNotOwner(address caller, address owner);

    /// @notice The zero address cannot own a junior, and neither it nor the account itself can be paid out of one.
    error JuniorInvalidReceiver(address receiver);

    /// @notice Less can be taken out of the junior than the call asks for, in payment-token units.
    error JuniorTooLow(uint256 amount, uint256 withdrawable);

    /**
     * @notice Takes claims out of the junior.
     * @dev Emits {JuniorWithdrawn}. Requirements: the caller owns the junior; `amount` is at most what
     * {withdrawableJunior} gives; `to` is neither the zero address nor this account.
     * @param amount Payment-token units.
     * @param to The account that gets the claims.
     */
    function withdrawJunior(uint256 amount, address to) external;

    /**
     * @notice Gives the junior to another owner.
     * @dev Emits {JuniorTransferred} and {JuniorLimited}: all of the junior carries bonds until the new owner limits it, and a
     * rate of rent that was announced is gone.
     * Requirements: the caller owns the junior; `to` is not the zero address.
     */
    function transferJunior(address to) external;

    /**
     * @notice Keeps what the junior has above a limit out of the stake, and what bonds may be within ten times the limit;
     * zero stops new bonds. Bonds of open jobs stay until these end.
     * @dev Emits {JuniorLimited} and {IStakeVault-Rebalanced}. Requirements: the caller owns the junior.
     * @param most Payment-token units; the largest value takes the limit away.
     */
    function limitJunior(uint256 most) external;

    /// @notice The payment token.
    function asset() external view returns (address token);

    /// @notice The account that may sign asks whose bonds come out of this account's stake.
    function operator() external view returns (address);

    /// @notice Who may take out of the junior.
    function juniorOwner() external view returns (address);

    /// @notice How much of the junior carries bonds at the most, in payment-token units.
    function juniorLimit() external view returns (uint256 most);

    /// @notice The first-loss money, in payment-token units.
    function junior() external view returns (uint256 amount);

    /// @notice What the owner of the junior could take out now, in payment-token units.
    function withdrawableJunior() external view returns (uint256 amount);
}
