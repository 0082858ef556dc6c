// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {MarketTerms} from "./MarketTerms.sol";
import {Orders} from "./Orders.sol";
import {IGpuRegistry} from "./interfaces/IGpuRegistry.sol";
import {IOrderBook} from "./interfaces/IOrderBook.sol";
import {Shares} from "./libraries/Shares.sol";
import {Filler} from "./types/Filler.sol";
import {JobId} from "./types/JobId.sol";
import {JobTerms, JobTermsLib} from "./types/JobTerms.sol";
import {Ask, Bid} from "./types/Order.sol";
import {TermsClass, TermsClassLib} from "./types/TermsClass.sol";
import {VerifierTerms} from "./types/VerifierTerms.sol";

/// @title OrderBook
/// @notice Decides whether an ask and a bid become a job, and on which terms. See {IOrderBook}.
contract OrderBook is IOrderBook, Orders, MarketTerms {
    using Shares for uint256;

    uint16 private constant FULL_SHARE_BPS = 10_000;

    /// @inheritdoc IOrderBook
    address public immutable ESCROW;

    /// @inheritdoc IOrderBook
    IGpuRegistry public immutable GPU_REGISTRY;

    modifier onlyEscrow() {
        require(msg.sender == ESCROW, OrderBookNotEscrow(msg.sender));
        _;
    }

    constructor(address authority, IGpuRegistry gpuRegistry) AccessManaged(authority) EIP712("Ergon", "1") {
        ESCROW = msg.sender;
        GPU_REGISTRY = gpuRegistry;
    }

    /// @inheritdoc IOrderBook
    function open(
        Ask calldata ask,
        bytes calldata askSignature,
        Bid calldata bid,
        bytes calldata bidSignature
    ) external onlyEscrow returns (JobId id, JobTerms terms, address askDelegate) {
        (address caller, bool bonded) = _suffix();
        Filler filler = _filler(caller, ask, askSignature, bid, bidSignature);
        (VerifierTerms memory listing, uint256 price, uint256 bond) = _requireFit(ask, bid, bonded);
        bool staked;
        (askDelegate, staked) = _useAsk(ask, askSignature, caller, bid.units, bond);
        if (staked) _requireCheckable(ask);
        _useBid(bid, bidSignature, caller, price);
        uint16 feeBps;
        (id, feeBps) = _admit();
        terms = JobTermsLib.pack(
            ask.nonce,
            block.timestamp,
            ask.turnaround,
            listing.longestGame(ask.termsClass),
            feeBps,
            ask.cancelShareBps,
            ask.termsClass,
            filler,
            bid.chained,
            staked
        );
    }

    /// @inheritdoc IOrderBook
    function giveBack(
        address provider,
        uint64 askNonce,
        uint64 units,
        address askDelegate,
        address token,
        uint256 bond
    ) external onlyEscrow {
        _returnUnits(provider, askNonce, units);
        _returnDelegated(provider, askDelegate, token, bond);
    }

    /// @dev The side that the caller acts for; a third party needs two orders that are open to it.
    function _filler(
        address caller,
        Ask calldata ask,
        bytes calldata askSignature,
        Bid calldata bid,
        bytes calldata bidSignature
    ) private pure returns (Filler) {
        if (caller == bid.client || bidSignature.length == 0) return Filler.Client;
        if (caller == ask.provider || askSignature.length == 0) return Filler.Provider;
        require(ask.open && bid.open, OrderBookNotOpen(caller));
        return Filler.Matcher;
    }

    /// @dev Checks the orders against each other and the market's terms, on copies that are validated once. A job that
    /// needs no bond pulls none, so that none counts against a delegate's cap.
    function _requireFit(
        Ask memory ask,
        Bid memory bid,
        bool bonded
    ) private view returns (VerifierTerms memory listing, uint256 price, uint256 bond) {
        _requireMatch(ask, bid);
        listing = _listedTerms(ask.token, ask.verifier);
        (price, bond) = _amounts(ask, bid.units);
        if (bonded) _requireBond(listing, ask, price, bond);
        else bond = 0;
        if (ask.verifier != address(0)) _requireClass(listing, bid, price);
    }

    function _requireMatch(Ask memory ask, Bid memory bid) private view {
        _requireSameKind(ask, bid);
        (address provider, address wanted) = (ask.provider, bid.provider);
        require(wanted == provider || wanted == address(0), OrderBookProviderMismatch(provider, wanted));
        require(wanted != address(0) || bid.verifier != address(0), OrderBookProviderUnnamed());
        (uint256 gpuId, uint256 wantedGpuId) = (ask.gpuId, bid.gpuId);
        require(wantedGpuId == gpuId || wantedGpuId == 0, OrderBookGpuMismatch(gpuId, wantedGpuId));
        require(gpuId == 0 || GPU_REGISTRY.operatorOf(gpuId) == provider, OrderBookNotOperator(provider, gpuId));
        require(ask.unitPrice <= bid.maxUnitPrice, OrderBookPriceTooHigh(ask.unitPrice, bid.maxUnitPrice));
        require(ask.unitBond >= bid.minUnitBond, OrderBookUnitBondTooLow(ask.unitBond, bid.minUnitBond));
        (uint32 turnaround, uint32 longest) = (ask.turnaround, bid.maxTurnaround);
        require(turnaround != 0 && turnaround <= longest, OrderBookInvalidTurnaround(turnaround, longest));
        require(ask.cancelShareBps <= FULL_SHARE_BPS, OrderBookInvalidShare(ask.cancelShareBps));
        require(ask.worker != address(0), OrderBookWorkerUnnamed());
        require(bid.units != 0, OrderBookNoUnits());
    }

    /// @dev A result that nobody can check must not carry a stake, behind which others may stand.
    function _requireCheckable(Ask memory ask) private view {
        require(ask.verifier != address(0), OrderBookVerifierUnnamed());
        require(_mirrored[ask.modelId], OrderBookNotMirrored(ask.modelId));
    }

    function _requireSameKind(Ask memory ask, Bid memory bid) private pure {
        require(ask.modelId == bid.modelId, OrderBookModelMismatch(ask.modelId, bid.modelId));
        require(ask.token == bid.token, OrderBookTokenMismatch(ask.token, bid.token));
        require(ask.verifier == bid.verifier, OrderBookVerifierMismatch(ask.verifier, bid.verifier));
        require(ask.termsClass == bid.termsClass, OrderBookClassMismatch(ask.termsClass, bid.termsClass));
    }

    function _amounts(Ask memory ask, uint64 units) private pure returns (uint256 price, uint256 bond) {
        // SAFETY: 128-bit amounts and 64-bit units.
        unchecked {
            return (uint256(ask.unitPrice) * units, uint256(ask.unitBond) * units);
        }
    }

    /// @dev A bond covers the price, so that silence at the deadline can be charged in full.
    function _requireBond(VerifierTerms memory listing, Ask memory ask, uint256 price, uint256 bond) private pure {
        uint256 least = price;
        if (ask.verifier != address(0)) {
            least = price.bpsUp(listing.bondMultipleBps).atLeast(listing.bondFloor(ask.termsClass));
        }
        require(bond >= least, OrderBookBondTooLow(bond, least));
    }

    function _requireClass(VerifierTerms memory listing, Bid memory bid, uint256 price) private pure {
        TermsClass class = bid.termsClass;
        uint256 checkTime = TermsClassLib.checkTime(bid.modelId, bid.units, bid.chained);
        require(class.covers(checkTime), OrderBookClassTooShort(checkTime, class.window()));
        if (class != TermsClass.Fast) return;
        uint256 cap = listing.highestFastPrice();
        require(price <= cap, OrderBookFastPriceTooHigh(price, cap));
    }

    /// @dev What the escrow appended to the orders: its caller, and whether the job needs a bond.
    function _suffix() private pure returns (address caller, bool bonded) {
        uint256 word;
        // SAFETY: reads calldata only; the escrow always appends the suffix.
        assembly ("memory-safe") {
            word := calldataload(sub(calldatasize(), 32))
        }
        return (address(uint160(word >> 8)), uint8(word) != 0);
    }
}
