// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721URIStorage} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IGpuRegistry} from "./interfaces/IGpuRegistry.sol";

/// @title GpuRegistry
/// @dev Mint, transfer and retirement all pass through `_update`, which refuses them while a GPU is pledged.
contract GpuRegistry is IGpuRegistry, ERC721URIStorage, EIP712 {
    using SafeCast for uint256;

    bytes32 private constant REGISTRATION_TYPEHASH = keccak256(
        "GpuRegistration(address owner,bytes32 hardwareClass,uint32 memoryMiB)"
    );

    mapping(uint256 gpuId => Gpu gpu) private _gpus;
    mapping(uint256 gpuId => address pledgee) private _pledgees;

    modifier onlyOwner(uint256 gpuId) {
        address owner = ownerOf(gpuId);
        require(msg.sender == owner, GpuRegistryNotOwner(gpuId, msg.sender, owner));
        _;
    }

    modifier onlyPledgee(uint256 gpuId) {
        address pledgee = _pledgees[gpuId];
        require(msg.sender == pledgee, GpuRegistryNotPledgee(gpuId, msg.sender, pledgee));
        _;
    }

    constructor() ERC721("Ergon GPU", "GPU") EIP712("Ergon GpuRegistry", "1") {}

    /// @inheritdoc IGpuRegistry
    function register(
        address device,
        bytes32 hardwareClass,
        uint32 memoryMiB,
        string calldata uri,
        bytes calldata signature
    ) external returns (uint256 gpuId) {
        gpuId = gpuIdOf(device);
        Gpu storage gpu = _gpus[gpuId];
        // INVARIANT GR-2: the record outlives the token, so a retired key stays taken.
        require(gpu.registeredAt == 0, GpuRegistryDeviceTaken(device));
        require(hardwareClass != 0, GpuRegistryClassMissing());
        require(memoryMiB != 0, GpuRegistryMemoryMissing());
        // INVARIANT GR-1: a device has signed for its owner.
        address signer = ECDSA.recover(_registrationDigest(msg.sender, hardwareClass, memoryMiB), signature);
        require(signer == device, GpuRegistryWrongSigner(signer, device));

        gpu.memoryMiB = memoryMiB;
        gpu.registeredAt = block.timestamp.toUint48();
        gpu.hardwareClass = hardwareClass;
        _mint(msg.sender, gpuId);
        emit GpuRegistered(gpuId, msg.sender, hardwareClass, memoryMiB);
        _setMetadata(gpuId, uri);
    }

    /// @inheritdoc IGpuRegistry
    function setOperator(uint256 gpuId, address operator) external onlyOwner(gpuId) {
        _requireUnpledged(gpuId);
        _setOperator(gpuId, operator);
    }

    /// @inheritdoc IGpuRegistry
    function setMetadata(uint256 gpuId, string calldata uri) external onlyOwner(gpuId) {
        _setMetadata(gpuId, uri);
    }

    /// @inheritdoc IGpuRegistry
    function retire(uint256 gpuId) external onlyOwner(gpuId) {
        _burn(gpuId);
        emit GpuRetired(gpuId, msg.sender);
    }

    /// @inheritdoc IGpuRegistry
    function pledge(uint256 gpuId, address pledgee) external onlyOwner(gpuId) {
        require(pledgee != address(0), GpuRegistryPledgeeMissing(gpuId));
        _requireUnpledged(gpuId);
        _pledgees[gpuId] = pledgee;
        emit GpuPledged(gpuId, pledgee);
    }

    /// @inheritdoc IGpuRegistry
    function release(uint256 gpuId) external onlyPledgee(gpuId) {
        delete _pledgees[gpuId];
        emit GpuReleased(gpuId, msg.sender);
    }

    /// @inheritdoc IGpuRegistry
    function seize(uint256 gpuId, address to) external onlyPledgee(gpuId) {
        delete _pledgees[gpuId];
        emit GpuSeized(gpuId, msg.sender, to);
        _transfer(ownerOf(gpuId), to, gpuId);
    }

    /// @inheritdoc IGpuRegistry
    function operatorOf(uint256 gpuId) external view returns (address) {
        return _gpus[gpuId].operator;
    }

    /// @inheritdoc IGpuRegistry
    function pledgeeOf(uint256 gpuId) external view returns (address) {
        return _pledgees[gpuId];
    }

    /// @inheritdoc IGpuRegistry
    function gpuOf(uint256 gpuId) external view returns (Gpu memory) {
        return _gpus[gpuId];
    }

    /// @inheritdoc IGpuRegistry
    function gpuIdOf(address device) public pure returns (uint256) {
        return uint256(uint160(device));
    }

    /// @dev INVARIANT GR-3: whoever receives a GPU operates it, and a retired one has no operator.
    function _update(address to, uint256 gpuId, address auth) internal override returns (address from) {
        _requireUnpledged(gpuId);
        from = super._update(to, gpuId, auth);
        _setOperator(gpuId, to);
    }

    function _setOperator(uint256 gpuId, address operator) private {
        _gpus[gpuId].operator = operator;
        emit GpuOperatorSet(gpuId, operator);
    }

    /// @dev INVARIANT GR-4: of a pledged GPU neither owner nor operator changes but by its pledgee.
    function _requireUnpledged(uint256 gpuId) private view {
        address pledgee = _pledgees[gpuId];
        require(pledgee == address(0), GpuRegistryPledged(gpuId, pledgee));
    }

    function _setMetadata(uint256 gpuId, string calldata uri) private {
        _setTokenURI(gpuId, uri);
        emit GpuMetadataSet(gpuId, uri);
    }

    function _registrationDigest(
        address owner,
        bytes32 hardwareClass,
        uint32 memoryMiB
    ) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REGISTRATION_TYPEHASH, owner, hardwareClass, memoryMiB)));
    }
}
