// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ModelId} from "../common/types/ModelId.sol";
import {MarketTerms} from "./MarketTerms.sol";
import {Orders} from "./Orders.sol";
import {IGpuRegistry} from "./interfaces/IGpuRegistry.sol";
import {IOrderBook} from "./interfaces/IOrderBook.sol";
import {Filler, Job, JobStatus} from "./types/Job.sol";
import {JobId} from "./types/JobId.sol";
import {Ask, Bid} from "./types/Order.sol";
import {TermsClass, TermsClassLib} from "./types/TermsClass.sol";

/// @title OrderBook
/// @notice Decides whether an ask and a bid become a job, and on which terms. See {IOrderBook}.
contract OrderBook is IOrderBook, Orders, MarketTerms {
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
        address caller,
        Ask calldata ask,
        bytes calldata askSignature,
        Bid calldata bid,
        bytes calldata bidSignature,
        bool bonded
    ) external onlyEscrow returns (JobId id, Job memory job) {
        _requireFit(ask, bid);
        VerifierTerms memory terms = _listedTerms(ask.token, ask.verifier);
        (uint256 price, uint256 bond) = (uint256(ask.unitPrice) * bid.units, uint256(ask.unitBond) * bid.units);
        if (bonded) _requireBond(terms, ask.termsClass, ask.verifier, price, bond);
        if (ask.verifier != address(0)) _requireClass(terms, bid, price);

        job = _newJob(ask, bid);
        job.filler = _filler(caller, ask, askSignature, bid, bidSignature);
        job.longestGame = _longestGame(terms, ask.termsClass);
        job.askDelegate = _useAsk(ask, askSignature, caller, bid.units, bond);
        _useBid(bid, bidSignature, caller, price);
        uint64 number;
        (number, job.feeBps) = _admit();
        id = JobId.wrap(number);
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

    function _newJob(Ask calldata ask, Bid calldata bid) private view returns (Job memory job) {
        job.client = bid.client;
        job.provider = ask.provider;
        job.gpuId = ask.gpuId;
        job.modelId = ask.modelId;
        job.inputRoot = bid.inputRoot;
        job.token = ask.token;
        job.unitPrice = ask.unitPrice;
        job.unitBond = ask.unitBond;
        job.askNonce = ask.nonce;
        job.verifier = ask.verifier;
        job.turnaround = ask.turnaround;
        job.openedAt = uint40(block.timestamp);
        job.cancelShareBps = ask.cancelShareBps;
        job.termsClass = ask.termsClass;
        job.chained = bid.chained;
        job.worker = ask.worker;
        job.units = bid.units;
        job.status = JobStatus.Open;
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

    function _requireFit(Ask calldata ask, Bid calldata bid) private view {
        (bytes32 asked, bytes32 wanted) = (ModelId.unwrap(ask.modelId), ModelId.unwrap(bid.modelId));
        require(asked == wanted, OrderBookModelMismatch(asked, wanted));
        require(ask.token == bid.token, OrderBookTokenMismatch(ask.token, bid.token));
        require(ask.verifier == bid.verifier, OrderBookVerifierMismatch(ask.verifier, bid.verifier));
        require(ask.termsClass == bid.termsClass, OrderBookClassMismatch(uint8(ask.termsClass), uint8(bid.termsClass)));
        require(
            bid.provider == ask.provider || bid.provider == address(0),
            OrderBookProviderMismatch(ask.provider, bid.provider)
        );
        require(bid.provider != address(0) || bid.verifier != address(0), OrderBookProviderUnnamed());
        require(bid.gpuId == ask.gpuId || bid.gpuId == 0, OrderBookGpuMismatch(ask.gpuId, bid.gpuId));
        require(ask.unitPrice <= bid.maxUnitPrice, OrderBookPriceTooHigh(ask.unitPrice, bid.maxUnitPrice));
        require(ask.unitBond >= bid.minUnitBond, OrderBookUnitBondTooLow(ask.unitBond, bid.minUnitBond));
        require(
            ask.turnaround != 0 && ask.turnaround <= bid.maxTurnaround,
            OrderBookInvalidTurnaround(ask.turnaround, bid.maxTurnaround)
        );
        require(ask.cancelShareBps <= FULL_SHARE_BPS, OrderBookInvalidShare(ask.cancelShareBps));
        require(ask.worker != address(0), OrderBookWorkerUnnamed());
        require(bid.units != 0, OrderBookNoUnits());
        require(
            ask.gpuId == 0 || GPU_REGISTRY.operatorOf(ask.gpuId) == ask.provider,
            OrderBookNotOperator(ask.provider, ask.gpuId)
        );
    }

    /// @dev A bond covers the price, so that silence at the deadline can be charged in full.
    function _requireBond(
        VerifierTerms memory terms,
        TermsClass class,
        address verifier,
        uint256 price,
        uint256 bond
    ) private pure {
        uint256 least = price;
        if (verifier != address(0)) {
            uint256 multiple = (price * terms.bondMultipleBps + 9_999) / 10_000;
            uint256 floor = _bondFloor(terms, class);
            least = multiple > floor ? multiple : floor;
        }
        require(bond >= least, OrderBookBondTooLow(bond, least));
    }

    function _requireClass(VerifierTerms memory terms, Bid calldata bid, uint256 price) private pure {
        TermsClass class = bid.termsClass;
        uint256 checkTime = TermsClassLib.checkTime(bid.modelId, bid.units, bid.chained);
        require(class.covers(checkTime), OrderBookClassTooShort(checkTime, class.window()));
        if (class != TermsClass.Fast) return;
        uint256 cap = _fastPriceCap(terms);
        require(price <= cap, OrderBookFastPriceTooHigh(price, cap));
    }
}
