// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IGpuRegistry} from "../compute/interfaces/IGpuRegistry.sol";
import {DepreciationCurves} from "./DepreciationCurves.sol";
import {Loans} from "./Loans.sol";
import {ICollateral} from "./interfaces/ICollateral.sol";
import {LoanState, LoanStatus, LoanTerms} from "./types/Loan.sol";
import {LoanId} from "./types/LoanId.sol";

/// @notice Owns the pledges of GPUs.
abstract contract Collateral is Loans, DepreciationCurves, ICollateral {
    using SafeCast for uint256;

    uint256 private constant AUCTION = 3 days;
    uint256 private constant START_TENTHS = 15;
    uint256 private constant END_TENTHS = 1;
    uint256 private constant TENTHS = 10;

    /// @notice The registry that GPUs are pledged in.
    IGpuRegistry public immutable GPU_REGISTRY;

    mapping(uint256 gpuId => Pledge) private _pledges;

    constructor(IGpuRegistry gpuRegistry) {
        GPU_REGISTRY = gpuRegistry;
    }

    /// @inheritdoc ICollateral
    function releaseGpu(uint256 gpuId) external {
        address owner = GPU_REGISTRY.ownerOf(gpuId);
        require(msg.sender == owner, CollateralNotOwned(gpuId, owner));
        _requireFree(gpuId);
        delete _pledges[gpuId];
        emit GpuReturned(gpuId);
        GPU_REGISTRY.release(gpuId);
    }

    /// @inheritdoc ICollateral
    function pledgeOf(uint256 gpuId) external view returns (Pledge memory) {
        return _pledges[gpuId];
    }

    /// @inheritdoc ICollateral
    function auctionPrice(uint256 gpuId) external view returns (uint256) {
        Pledge memory pledge = _pledges[gpuId];
        LoanState memory loan = _read(pledge.id);
        return loan.status == LoanStatus.Defaulted ? _price(pledge.value, loan.defaultedAt) : 0;
    }

    /// @dev Takes an attested GPU for a loan; returns what it is worth now.
    function _take(
        LoanId id,
        LoanTerms memory terms,
        address token,
        Attestation calldata attestation,
        bytes calldata signature
    ) internal returns (uint256 value) {
        uint256 gpuId = attestation.gpuId;
        _requirePledged(gpuId, terms);
        bytes32 hardwareClass = GPU_REGISTRY.gpuOf(gpuId).hardwareClass;
        _requireAttested(attestation, signature, terms.custodian, token, hardwareClass);
        value = worthOf(hardwareClass, attestation.value, attestation.madeAt, block.timestamp);
        require(value != 0, CollateralWorthless(gpuId));
        _pledges[gpuId] = Pledge(id, attestation.value.toUint112(), attestation.madeAt);
        emit GpuTaken(id, gpuId, attestation.value, value);
    }

    /// @dev Puts a GPU of a loan in default up for sale.
    function _offer(LoanId id, uint256 gpuId) internal {
        Pledge storage stored = _pledges[gpuId];
        Pledge memory pledge = stored;
        uint256 value = worthOf(GPU_REGISTRY.gpuOf(gpuId).hardwareClass, pledge.value, pledge.madeAt, block.timestamp);
        value = Math.max(value, Math.ceilDiv(pledge.value, TENTHS));
        // SAFETY: at most what was attested.
        stored.value = uint112(value);
        emit GpuOffered(id, gpuId, value);
    }

    /// @dev Sells a GPU to the caller. Returns the price, which is still to be pulled.
    function _sell(
        LoanId id,
        uint256 gpuId,
        uint256 defaultedAt,
        uint256 maxPrice,
        address to
    ) internal returns (uint256 price) {
        Pledge memory pledge = _pledges[gpuId];
        require(LoanId.unwrap(pledge.id) == LoanId.unwrap(id), CollateralNotForSale(id, gpuId));
        price = _price(pledge.value, defaultedAt);
        require(price <= maxPrice, CollateralPriceTooHigh(gpuId, price, maxPrice));
        delete _pledges[gpuId];
        emit GpuSold(id, gpuId, msg.sender, to, price);
        GPU_REGISTRY.seize(gpuId, to);
    }

    /// @dev INVARIANT LN-6: a GPU stays while its loan lives.
    function _requireFree(uint256 gpuId) private view {
        LoanId id = _pledges[gpuId].id;
        bool free = LoanId.unwrap(id) == 0 || _states[id].status == LoanStatus.Closed;
        require(free, CollateralTaken(gpuId, id));
    }

    /// @dev INVARIANT LN-7: a GPU serves one live loan at most, and its jobs pay the vault of that loan.
    function _requirePledged(uint256 gpuId, LoanTerms memory terms) private view {
        _requireFree(gpuId);
        address pledgee = GPU_REGISTRY.pledgeeOf(gpuId);
        require(pledgee == address(this), CollateralNotPledged(gpuId, pledgee));
        address owner = GPU_REGISTRY.ownerOf(gpuId);
        require(owner == terms.borrower, CollateralNotOwned(gpuId, owner));
        address operator = GPU_REGISTRY.operatorOf(gpuId);
        require(operator == terms.vault, CollateralNotOperated(gpuId, operator));
    }

    function _price(uint256 value, uint256 defaultedAt) private view returns (uint256) {
        uint256 elapsed = (block.timestamp - defaultedAt) % AUCTION;
        uint256 tenths = START_TENTHS * AUCTION - (START_TENTHS - END_TENTHS) * elapsed;
        return Math.ceilDiv(value * tenths, TENTHS * AUCTION);
    }
}
