// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title IStakes
 * @notice Claims that an account keeps in the escrow for the bonds of jobs that its delegates take on its behalf.
 * @dev A delegation of the order book says whether the asks that its delegate signs are bonded out of the maker's stake.
 * Whoever stakes need not trust that delegate: no claims but the stake can be lost, every bond owes a rent for the time that
 * it was locked, and what a job pays goes to the account itself. The escrow calls no account back; an account reads what
 * became of its stake. A stake that loses anything, or that its account suspends, bonds no more jobs until the account
 * resumes it: it may want to take out what is left.
 */
interface IStakes {
    /// @param free What can bond jobs, or be taken back, in payment-token units.
    /// @param locked The bonds of live jobs, in payment-token units.
    /// @param rentBps What a bond owes for a year of 365 days, in basis points of it.
    /// @param suspended Whether it bonds no jobs until the account resumes it.
    struct Stake {
        uint112 free;
        uint112 locked;
        uint24 rentBps;
        bool suspended;
    }

    /// @notice `account` put `amount` payment-token units into its stake.
    event Staked(address indexed account, address indexed token, uint256 amount);

    /// @notice `account` took `amount` payment-token units out of its stake.
    event Unstaked(address indexed account, address indexed token, uint256 amount);

    /// @notice Bonds out of the stake of `account` owe `rentBps` basis points a year from now on.
    event RentSet(address indexed account, address indexed token, uint24 rentBps);

    /// @notice A job took something out of the stake of `account`, or a vote gave something back, or the account asked for it;
    /// the stake bonds no more jobs until the account resumes it.
    event StakeSuspended(address indexed account, address indexed token);

    /// @notice The stake of `account` bonds jobs again.
    event StakeResumed(address indexed account, address indexed token);

    /// @notice The stake is suspended, and the account has not resumed it.
    error StakesSuspended(address account, address token);

    /// @notice Less is free than the call needs, in payment-token units.
    error StakesTooLow(address account, address token, uint256 needed, uint256 free);

    /// @notice The turnaround, in seconds, is longer than a bond out of a stake may be locked for it.
    error StakesTooLong(address account, uint256 turnaround, uint256 cap);

    /// @notice The price does not cover the rent of the bond for turnaround and window, in payment-token units.
    error StakesRentTooHigh(address account, uint256 rent, uint256 price);

    /// @notice The price is above a tenth of the bond, in payment-token units: silence would cost more than a lie pays.
    error StakesPriceTooHigh(address account, uint256 price, uint256 cap);

    /**
     * @notice Puts claims of the caller into its stake.
     * @dev Emits {Staked}. Requirements: the caller has the claims, and lets this contract pull them.
     * @param token The payment token.
     * @param amount Payment-token units.
     */
    function stake(address token, uint256 amount) external;

    /**
     * @notice Takes claims out of the caller's stake.
     * @dev Emits {Unstaked}. Requirements: as much is free.
     * @param token The payment token.
     * @param amount Payment-token units.
     */
    function unstake(address token, uint256 amount) external;

    /**
     * @notice Sets what bonds out of the caller's stake owe from now on; jobs that are open keep their rate.
     * @dev Emits {RentSet}.
     * @param token The payment token.
     * @param rentBps Basis points of the bond for a year of 365 days.
     */
    function setRent(address token, uint24 rentBps) external;

    /**
     * @notice Stops the caller's stake from bonding jobs; those that are open go on.
     * @dev Emits {StakeSuspended}.
     * @param token The payment token.
     */
    function suspendStake(address token) external;

    /**
     * @notice Lets the caller's stake bond jobs again.
     * @dev Emits {StakeResumed}.
     * @param token The payment token.
     */
    function resumeStake(address token) external;

    /// @notice What `account` has at stake.
    function stakeOf(address account, address token) external view returns (Stake memory stake_);

    /// @notice The rents of all bonds that ever came back to the stake of `account`, or were lost, in payment-token units. A
    /// bond owes its rent, rounded up, when it leaves its job, for the time since the fill, at most for turnaround and window.
    function rentOwed(address account, address token) external view returns (uint256 rent);
}
