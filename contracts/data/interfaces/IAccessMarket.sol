// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Purchase, PurchaseStatus} from "../types/Purchase.sol";
import {SaleTerms} from "../types/SaleTerms.sol";

/**
 * @title IAccessMarket
 * @notice Sells licences to read a DAO's dataset for a time, at a price that keeps sales to a number a day.
 *
 * @dev A buyer pays and names a public key; the host, who keeps the data, answers with the dataset's key encrypted to it, and the
 * buyer gets a licence as an ERC-721 token. A host that does not answer in time leaves the price to be refunded, by anyone.
 * The market holds the prices of pending purchases as claims of the Ledger, and nothing else.
 *
 * **Price.** That of `LinearVrgda`, for as many sales as were granted or are pending since the schedule began. A purchase counts
 * from the second it is made, so that many in one block do not all get one price; a refund takes it out again, as if it
 * had never been, so that only what was granted moves the price for good. Whoever buys to move the price pays for it, unless the host lets
 * the purchase lapse: then the price comes back with the money. A new initial price, decay or rate begins a new schedule, in
 * which pending purchases count.
 *
 * **Licences.** The id of a licence is that of its purchase. It is valid for its holder, whoever that is, up to its last second, and
 * is not burned then. The key in {LicenceGranted} is for the first buyer's public key only: whoever gets a licence by a transfer asks
 * the host for the key, who looks at {isValid}; what the first buyer has read nobody can take back. The key changes with {rotateKey};
 * hosts give holders of valid licences the present one.
 *
 * **Keys.** `publicKey` is a compressed point of secp256k1. `encryptedKey` is the output of ECIES for it. The chain cannot tell
 * whether that is any good.
 *
 * **Owner.** The DAO's timelock. It sets the terms, for purchases to come, and is the treasury that gets what the DAO's pot does not.
 * Prices that nobody can pay end the sale.
 */
interface IAccessMarket {
    /// @notice The terms are `terms` from now on; the schedule of prices began at `startedAt`, in seconds.
    event TermsSet(SaleTerms terms, uint40 startedAt);

    /**
     * @notice `buyer` paid `price` payment-token units, and can be granted a licence until the second `deadline`.
     * @param publicKey What the host shall encrypt the dataset's key to: a compressed point of secp256k1.
     */
    event LicenceBought(uint256 indexed id, address indexed buyer, uint256 price, uint40 deadline, bytes publicKey);

    /**
     * @notice `buyer` got a licence up to the second `expiresAt`.
     * @param keyEpoch The epoch of the key.
     * @param toPot What the DAO got, in payment-token units; `treasury` got the rest of the price.
     * @param treasury The owner at that time.
     * @param encryptedKey The dataset's key, by ECIES to the buyer's public key.
     */
    event LicenceGranted(
        uint256 indexed id,
        address indexed buyer,
        uint40 expiresAt,
        uint32 keyEpoch,
        uint256 toPot,
        address treasury,
        bytes encryptedKey
    );

    /// @notice `buyer` got back `price` payment-token units.
    event PurchaseRefunded(uint256 indexed id, address indexed buyer, uint256 price);

    /// @notice Licences are granted with the key of epoch `keyEpoch` from now on.
    event KeyRotated(uint32 keyEpoch);

    /// @notice A market's pot must be able to receive claims.
    error AccessMarketInvalidDao(address dao);

    /// @notice There is no contract at the token's address.
    error AccessMarketInvalidToken(address token);

    /// @notice Prices must be above 0, and the initial one between reserve and cap.
    error AccessMarketInvalidPrices(uint96 reserve, uint96 initialPrice, uint96 cap);

    /// @notice What a price loses in a day is out of bounds, in basis points.
    error AccessMarketInvalidDecay(uint16 decayBps, uint256 least, uint256 most);

    /// @notice Nothing would ever be on schedule.
    error AccessMarketInvalidRate(uint96 ratePerDay);

    /// @notice The term of licences is out of bounds, in seconds.
    error AccessMarketInvalidTerm(uint32 licenceTerm, uint256 least, uint256 most);

    /// @notice The time for grants is out of bounds, in seconds.
    error AccessMarketInvalidGrantTime(uint32 grantTime, uint256 least, uint256 most);

    /// @notice More than all would go to the pot, in basis points.
    error AccessMarketInvalidPotShare(uint16 potShareBps, uint256 most);

    /// @notice The owner is the treasury too, so there must be one.
    error AccessMarketOwnerNeeded();

    /// @notice Nobody could grant what is sold.
    error AccessMarketHostMissing();

    /// @notice The transaction came after the buyer's deadline, in seconds.
    error AccessMarketTooLate(uint256 deadline);

    /// @notice A public key is no compressed point of secp256k1.
    error AccessMarketInvalidKey(bytes publicKey);

    /// @notice The price is above the buyer's limit, in payment-token units.
    error AccessMarketPriceTooHigh(uint256 price, uint256 maxPrice);

    /// @notice Only the host may.
    error AccessMarketNotHost(address caller, address host);

    /// @notice The purchase does not exist, was granted, or was refunded.
    error AccessMarketNotPending(uint256 id, PurchaseStatus status);

    /// @notice The host's time was over after `deadline`, in seconds.
    error AccessMarketGrantTooLate(uint256 id, uint40 deadline);

    /// @notice The host may still grant, until and at `deadline`, in seconds.
    error AccessMarketRefundTooEarly(uint256 id, uint40 deadline);

    /// @notice A grant without a key.
    error AccessMarketKeyMissing(uint256 id);

    /**
     * @notice Sets up a clone.
     * @dev Emits {TermsSet}. Whoever makes a clone calls this in the same transaction. Requirements:
     * - it was not called before, and this is not the implementation;
     * - `owner` is not 0; `dao` is neither 0 nor the Ledger nor this contract; `token` has code;
     * - the terms are within the bounds of {setTerms}.
     * @param owner The DAO's timelock: sets terms, and is the treasury.
     * @param dao Who gets the pot's share.
     * @param token What prices are paid in.
     * @param name Of the ERC-721 tokens.
     * @param newTerms The first terms.
     */
    function initialize(
        address owner,
        address dao,
        address token,
        string calldata name,
        SaleTerms calldata newTerms
    ) external;

    /**
     * @notice Sets the terms of purchases to come.
     * @dev Emits {TermsSet}. Begins a new schedule of prices if initial price, decay or rate change, and only then. Pending purchases
     * keep deadline, term and share; whoever is the host now grants them. AM-5. Requirements:
     * - the caller is the owner;
     * - 0 < reserve ≤ initial price ≤ cap;
     * - decay 1 % to 90 % a day; a rate above 0; a licence term of 1 hour to 10 years; 1 hour to 30 days to grant; a pot share of at
     * most 100 %; a host.
     */
    function setTerms(SaleTerms calldata newTerms) external;

    /**
     * @notice Pays for a licence at the present price.
     * @dev Emits {LicenceBought}. AM-1 and AM-2. Requirements:
     * - the time is at most `deadline`;
     * - the public key is a point;
     * - the price is at most `maxPrice`;
     * - the caller has the claims, and lets this contract pull them.
     * @param maxPrice The most that the caller pays, in payment-token units.
     * @param deadline The last second at which the caller buys.
     * @param publicKey A compressed point of secp256k1.
     * @return id Of the purchase, and of its licence.
     */
    function buy(uint256 maxPrice, uint256 deadline, bytes calldata publicKey) external returns (uint256 id);

    /**
     * @notice Mints the licence of a purchase, and pays out its price.
     * @dev Emits {LicenceGranted} and the ERC-721 {Transfer}. The buyer is not called. AM-1, AM-3 and AM-4. Requirements:
     * - the caller is the host;
     * - the purchase is pending;
     * - the time is at most the purchase's deadline;
     * - there is a key.
     * @param id The purchase.
     * @param encryptedKey The dataset's key, by ECIES to the buyer's public key.
     */
    function grant(uint256 id, bytes calldata encryptedKey) external;

    /**
     * @notice Gives a buyer all of its price back.
     * @dev Emits {PurchaseRefunded}. Anyone may call. AM-1, AM-3 and AM-4. Requirements:
     * - the purchase is pending;
     * - the time is after the purchase's deadline.
     * @param id The purchase.
     */
    function refund(uint256 id) external;

    /**
     * @notice Says that the dataset has a new key, for instance since somebody's data left it.
     * @dev Emits {KeyRotated}. Requirements: the caller is the host.
     */
    function rotateKey() external;

    /// @notice The ledger that holds all money.
    // solhint-disable-next-line func-name-mixedcase

    /// @notice Who gets the pot's share.
    function dao() external view returns (address);

    /// @notice What prices are paid in.
    function token() external view returns (address);

    /// @notice The terms of a purchase made now.
    function terms() external view returns (SaleTerms memory);

    /// @notice The price of a purchase made now, in payment-token units.
    function price() external view returns (uint256);

    /**
     * @notice Where the market stands.
     * @return startedAt When the present schedule of prices began, in seconds.
     * @return granted Licences granted since then.
     * @return pending Purchases that are neither granted nor refunded.
     * @return bought All purchases ever made, which is the last one's id.
     * @return keyEpoch The epoch of the key that licences are granted with.
     */
    function sales()
        external
        view
        returns (uint40 startedAt, uint32 granted, uint32 pending, uint32 bought, uint32 keyEpoch);

    /// @notice A purchase; all zero if there is none.
    function purchaseOf(uint256 id) external view returns (Purchase memory);

    /**
     * @notice A licence. Requirements: it was granted.
     * @return holder Whose it is.
     * @return expiresAt The last second at which it is valid.
     * @return keyEpoch The epoch of the key that it was granted with.
     */
    function licenceOf(uint256 id) external view returns (address holder, uint40 expiresAt, uint32 keyEpoch);

    /// @notice Whether `holder` has the licence, and it has not expired; a host serves nobody else. AM-6.
    function isValid(uint256 id, address holder) external view returns (bool);
}
