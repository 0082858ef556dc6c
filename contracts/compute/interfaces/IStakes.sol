// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title IStakes
 * @notice Claims that an account keeps in the escrow for the bonds of jobs that its delegates take on its behalf.
 * @dev A delegation of the order book says whether the asks that its delegate signs are bonded out of the maker's stake.
 * Whoever stakes need not trust that delegate: no claims but the stake can be lost, every such job owes a rent, and what a
 * job pays goes to the account itself. The escrow calls no account back; an account reads what became of its stake. A stake
 * that loses anything bonds no more jobs until its account says so: it may want to take out what is left.
 */
interface IStakes {
    /// @param free What can bond jobs, or be taken back, in payment-token units.
    /// @param locked The bonds of live jobs, in payment-token units.
    /// @param rentBps What a bond owes for a year of 365 days, in basis points of it.
    /// @param suspended Whether a job took something out of it since the account last let it bond jobs.
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

    /// @notice A job took something out of the stake of `account`, or a vote gave something back; it bonds no more jobs until
    /// the account resumes it.
    event StakeSuspended(address indexed account, address indexed token);

    /// @notice The stake of `account` bonds jobs again.
    event StakeResumed(address indexed account, address indexed token);

    /// @notice A job took something out of the stake, or a vote gave something back, and the account has not resumed it.
    error StakesSuspended(address account, address token);

    /// @notice Less is free than the call needs, in payment-token units.
    error StakesTooLow(address account, address token, uint256 needed, uint256 free);

    /// @notice The price does not cover the rent of the bond, in payment-token units.
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
     * @notice Sets what bonds out of the caller's stake owe from now on; jobs that are open keep what they owe.
     * @dev Emits {RentSet}.
     * @param token The payment token.
     * @param rentBps Basis points of the bond for a year of 365 days.
     */
    function setRent(address token, uint24 rentBps) external;

    /**
     * @notice Lets the caller's stake bond jobs again, after one took something out of it.
     * @dev Emits {StakeResumed}.
     * @param token The payment token.
     */
    function resumeStake(address token) external;

    /// @notice What `account` has at stake.
    function stakeOf(address account, address token) external view returns (Stake memory stake_);

    /// @notice The rents of all jobs that were ever bonded out of the stake of `account`, in payment-token units. A job owes
    /// its rent from its fill on, rounded up, for turnaround and window, however it ends.
    function rentOwed(address account, address token) external view returns (uint256 rent);
}
