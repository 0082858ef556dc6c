// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Claims} from "../payments/Claims.sol";
import {ILedger} from "../payments/interfaces/ILedger.sol";
import {IAccessMarket} from "./interfaces/IAccessMarket.sol";
import {LinearVrgda} from "./libraries/LinearVrgda.sol";
import {Secp256k1} from "./libraries/Secp256k1.sol";
import {PriceCurve} from "./types/PriceCurve.sol";
import {Purchase, PurchaseStatus} from "./types/Purchase.sol";
import {SaleTerms} from "./types/SaleTerms.sol";

/// @title AccessMarket
/// @notice See {IAccessMarket}. Made as a clone for each DAO.
contract AccessMarket is IAccessMarket, ERC721Upgradeable, OwnableUpgradeable, Claims {
    using SafeCast for uint256;

    uint256 private constant BPS = 10_000;

    uint256 private constant LEAST_DECAY_BPS = 100;
    uint256 private constant MOST_DECAY_BPS = 9_000;
    uint256 private constant LEAST_TERM = 1 hours;
    uint256 private constant MOST_TERM = 3_650 days;
    uint256 private constant LEAST_GRANT_TIME = 1 hours;
    uint256 private constant MOST_GRANT_TIME = 30 days;

    SaleTerms private _terms;

    // one slot, which every sale reads and writes; a counter of 32 bits would take 4 billion sales to overflow
    uint40 private _startedAt; // seconds
    int64 private _logDecay; // ln(1 − decay a day), 18 decimals
    uint32 private _granted; // since the start
    uint32 private _pending;
    uint32 private _bought; // ever
    uint32 private _keyEpoch;

    /// @inheritdoc IAccessMarket
    address public token;

    /// @inheritdoc IAccessMarket
    address public dao;

    mapping(uint256 id => Purchase) private _purchases;

    modifier onlyHost() {
        address host = _terms.host;
        require(msg.sender == host, AccessMarketNotHost(msg.sender, host));
        _;
    }

    constructor(ILedger ledger) Claims(ledger) {
        _disableInitializers();
    }

    /// @inheritdoc IAccessMarket
    function initialize(
        address owner_,
        address dao_,
        address token_,
        string calldata name_,
        SaleTerms calldata newTerms
    ) external initializer {
        bool canReceive = dao_ != address(0) && dao_ != address(LEDGER) && dao_ != address(this);
        require(canReceive, AccessMarketInvalidDao(dao_));
        require(token_.code.length != 0, AccessMarketInvalidToken(token_));
        __ERC721_init(name_, "LICENCE");
        __Ownable_init(owner_);
        (dao, token) = (dao_, token_);
        _setTerms(newTerms);
    }

    /// @inheritdoc IAccessMarket
    function setTerms(SaleTerms calldata newTerms) external onlyOwner {
        _setTerms(newTerms);
    }

    /// @inheritdoc IAccessMarket
    function buy(uint256 maxPrice, uint256 deadline, bytes calldata publicKey) external returns (uint256 id) {
        require(block.timestamp <= deadline, AccessMarketTooLate(deadline));
        // a key that nothing can be encrypted to would hold a place in the price until it is refunded
        require(Secp256k1.isCompressedPoint(publicKey), AccessMarketInvalidKey(publicKey));
        uint96 price_ = _price();
        require(price_ <= maxPrice, AccessMarketPriceTooHigh(price_, maxPrice));

        // INVARIANT AM-2: it counts at once, so the next purchase costs more, up to the cap.
        ++_pending;
        id = ++_bought;
        uint40 grantBy = (block.timestamp + _terms.grantTime).toUint40();
        Purchase storage purchase = _purchases[id];
        (purchase.buyer, purchase.price) = (msg.sender, price_);
        (purchase.deadline, purchase.licenceTerm) = (grantBy, _terms.licenceTerm);
        (purchase.potShareBps, purchase.status) = (_terms.potShareBps, PurchaseStatus.Pending);
        emit LicenceBought(id, msg.sender, price_, grantBy, publicKey);

        _pull(msg.sender, token, price_);
    }

    /// @inheritdoc IAccessMarket
    function grant(uint256 id, bytes calldata encryptedKey) external onlyHost {
        Purchase memory purchase = _requirePending(id);
        require(block.timestamp <= purchase.deadline, AccessMarketGrantTooLate(id, purchase.deadline));
        require(encryptedKey.length != 0, AccessMarketKeyMissing(id));

        --_pending;
        ++_granted;
        purchase.status = PurchaseStatus.Granted;
        purchase.expiresAt = (block.timestamp + purchase.licenceTerm).toUint40();
        purchase.keyEpoch = _keyEpoch;
        _purchases[id] = purchase;
        _mint(purchase.buyer, id);
        uint256 toPot = (uint256(purchase.price) * purchase.potShareBps) / BPS;
        address treasury = owner();
        emit LicenceGranted(id, purchase.buyer, purchase.expiresAt, purchase.keyEpoch, toPot, treasury, encryptedKey);

        // INVARIANT AM-4: both shares together are the price.
        _push(dao, token, toPot);
        _push(treasury, token, purchase.price - toPot);
    }

    /// @inheritdoc IAccessMarket
    function refund(uint256 id) external {
        Purchase memory purchase = _requirePending(id);
        // INVARIANT AM-3: a grant and a refund are never possible in one second.
        require(block.timestamp > purchase.deadline, AccessMarketRefundTooEarly(id, purchase.deadline));

        --_pending;
        _purchases[id].status = PurchaseStatus.Refunded;
        emit PurchaseRefunded(id, purchase.buyer, purchase.price);

        _push(purchase.buyer, token, purchase.price);
    }

    /// @inheritdoc IAccessMarket
    function rotateKey() external onlyHost {
        emit KeyRotated(++_keyEpoch);
    }

    /// @inheritdoc IAccessMarket
    function terms() external view returns (SaleTerms memory) {
        return _terms;
    }

    /// @inheritdoc IAccessMarket
    function price() external view returns (uint256) {
        return _price();
    }

    /// @inheritdoc IAccessMarket
    function sales()
        external
        view
        returns (uint40 startedAt, uint32 granted, uint32 pending, uint32 bought, uint32 keyEpoch)
    {
        return (_startedAt, _granted, _pending, _bought, _keyEpoch);
    }

    /// @inheritdoc IAccessMarket
    function purchaseOf(uint256 id) external view returns (Purchase memory) {
        return _purchases[id];
    }

    /// @inheritdoc IAccessMarket
    function licenceOf(uint256 id) external view returns (address holder, uint40 expiresAt, uint32 keyEpoch) {
        holder = _requireOwned(id);
        (expiresAt, keyEpoch) = (_purchases[id].expiresAt, _purchases[id].keyEpoch);
    }

    /// @inheritdoc IAccessMarket
    function isValid(uint256 id, address holder) external view returns (bool) {
        // INVARIANT AM-6: nobody holds what was not granted, and the zero address holds nothing.
        return holder != address(0) && _ownerOf(id) == holder && block.timestamp <= _purchases[id].expiresAt;
    }

    /// @dev Refused to everyone: a price's rest would have nobody to go to, and no purchase could be granted.
    function renounceOwnership() public pure override {
        revert AccessMarketOwnerNeeded();
    }

    function _setTerms(SaleTerms calldata newTerms) private {
        _requireWithinBounds(newTerms);
        bool newSchedule =
            _terms.initialPrice != newTerms.initialPrice ||
                _terms.decayBps != newTerms.decayBps ||
                _terms.ratePerDay != newTerms.ratePerDay;
        _terms = newTerms;
        if (newSchedule) {
            _logDecay = LinearVrgda.logDecay(newTerms.decayBps);
            (_startedAt, _granted) = (block.timestamp.toUint40(), 0);
        }
        emit TermsSet(newTerms, _startedAt);
    }

    function _price() private view returns (uint96) {
        PriceCurve memory curve = PriceCurve({
            initialPrice: _terms.initialPrice,
            reserve: _terms.reserve,
            cap: _terms.cap,
            ratePerDay: _terms.ratePerDay,
            logDecay: _logDecay
        });
        return LinearVrgda.priceAt(curve, (block.timestamp - _startedAt).toUint40(), uint64(_granted) + _pending);
    }

    function _requirePending(uint256 id) private view returns (Purchase memory purchase) {
        purchase = _purchases[id];
        require(purchase.status == PurchaseStatus.Pending, AccessMarketNotPending(id, purchase.status));
    }

    function _requireWithinBounds(SaleTerms calldata t) private pure {
        bool ordered = t.reserve != 0 && t.reserve <= t.initialPrice && t.initialPrice <= t.cap;
        require(ordered, AccessMarketInvalidPrices(t.reserve, t.initialPrice, t.cap));
        bool decays = LEAST_DECAY_BPS <= t.decayBps && t.decayBps <= MOST_DECAY_BPS;
        require(decays, AccessMarketInvalidDecay(t.decayBps, LEAST_DECAY_BPS, MOST_DECAY_BPS));
        require(t.ratePerDay != 0, AccessMarketInvalidRate(t.ratePerDay));
        bool lasts = LEAST_TERM <= t.licenceTerm && t.licenceTerm <= MOST_TERM;
        require(lasts, AccessMarketInvalidTerm(t.licenceTerm, LEAST_TERM, MOST_TERM));
        bool grants = LEAST_GRANT_TIME <= t.grantTime && t.grantTime <= MOST_GRANT_TIME;
        require(grants, AccessMarketInvalidGrantTime(t.grantTime, LEAST_GRANT_TIME, MOST_GRANT_TIME));
        require(t.potShareBps <= BPS, AccessMarketInvalidPotShare(t.potShareBps, BPS));
        require(t.host != address(0), AccessMarketHostMissing());
    }
}
