// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @notice GPUs as ERC-721 tokens, one for each device key.
/// @dev A device key is an account whose private key stays on the machine; the token's id is its address. The device
/// signs once, `GpuRegistration(address owner,bytes32 hardwareClass,uint32 memoryMiB)` under EIP-712, which binds it to
/// chain, registry, owner and description: nobody registers a stranger's device, and no key serves twice.
///
/// The operator is the account that offers jobs on the GPU. It is the owner unless the owner names another, and becomes
/// the new owner on each transfer. So a GPU can be lent out, or held by a contract as collateral, while its operator
/// goes on working. Class and memory are the device's word, checked by nobody here.
///
/// An owner may pledge a GPU. Until the pledgee releases it, the GPU can be neither transferred nor retired and keeps its
/// operator, who goes on working; the pledgee may seize it for an account of its choice.
interface IGpuRegistry is IERC721 {
    /// @notice A registered GPU.
    struct Gpu {
        address operator; // ┐ may offer jobs on it
        uint32 memoryMiB; // │ memory, in MiB
        uint48 registeredAt; // ┘ in seconds, never zero
        bytes32 hardwareClass; // short name of the kind of hardware, left-aligned ASCII
    }

    /// @notice A GPU was registered; {GpuOperatorSet} and {GpuMetadataSet} come with it.
    event GpuRegistered(uint256 indexed gpuId, address indexed owner, bytes32 indexed hardwareClass, uint32 memoryMiB);

    /// @notice A GPU got an operator; the zero address means that it takes no jobs.
    event GpuOperatorSet(uint256 indexed gpuId, address indexed operator);

    /// @notice A GPU got a description.
    event GpuMetadataSet(uint256 indexed gpuId, string uri);

    /// @notice A GPU was retired for ever.
    event GpuRetired(uint256 indexed gpuId, address indexed owner);

    /// @notice A GPU was pledged: only `pledgee` can let it go.
    event GpuPledged(uint256 indexed gpuId, address indexed pledgee);

    /// @notice A pledge ended, and nothing else changed.
    event GpuReleased(uint256 indexed gpuId, address indexed pledgee);

    /// @notice A pledge ended, and the GPU went to `to`.
    event GpuSeized(uint256 indexed gpuId, address indexed pledgee, address indexed to);

    error GpuRegistryDeviceTaken(address device);
    error GpuRegistryWrongSigner(address signer, address device);
    error GpuRegistryClassMissing();
    error GpuRegistryMemoryMissing();
    error GpuRegistryNotOwner(uint256 gpuId, address caller, address owner);
    error GpuRegistryPledged(uint256 gpuId, address pledgee);
    error GpuRegistryPledgeeMissing(uint256 gpuId);
    error GpuRegistryNotPledgee(uint256 gpuId, address caller, address pledgee);

    /// @notice Registers a GPU with the caller as owner and operator.
    /// @dev Emits {IERC721-Transfer}, {GpuOperatorSet}, {GpuRegistered} and {GpuMetadataSet}. GR-1, GR-2.
    ///
    /// Requirements:
    /// - the device key was never registered, retired GPUs included
    /// - class and memory are not zero
    /// - the device signed the registration for the caller
    /// @param device Address of the device key
    /// @param hardwareClass Short name of the kind of hardware
    /// @param memoryMiB Memory, in MiB
    /// @param uri Where the GPU is described
    /// @param signature The device's ECDSA signature
    /// @return gpuId Id of the token
    function register(
        address device,
        bytes32 hardwareClass,
        uint32 memoryMiB,
        string calldata uri,
        bytes calldata signature
    ) external returns (uint256 gpuId);

    /// @notice Names the account that may offer jobs on a GPU.
    /// @dev Emits {GpuOperatorSet}. Jobs already open are not touched.
    ///
    /// Requirements:
    /// - the caller owns the GPU
    /// - it is not pledged
    /// @param gpuId Id of the token
    /// @param operator The account; zero for none
    function setOperator(uint256 gpuId, address operator) external;

    /// @notice Replaces the description of a GPU.
    /// @dev Emits {GpuMetadataSet} and ERC-4906 `MetadataUpdate`.
    ///
    /// Requirements:
    /// - the caller owns the GPU
    /// @param gpuId Id of the token
    /// @param uri Where the GPU is described
    function setMetadata(uint256 gpuId, string calldata uri) external;

    /// @notice Retires a GPU for ever; its device key cannot come back.
    /// @dev Emits {IERC721-Transfer}, {GpuOperatorSet} and {GpuRetired}. GR-2, GR-3.
    ///
    /// Requirements:
    /// - the caller owns the GPU
    /// - it is not pledged
    /// @param gpuId Id of the token
    function retire(uint256 gpuId) external;

    /// @notice Pledges a GPU; its operator stays.
    /// @dev Emits {GpuPledged}. Upholds GR-4. Approvals that were given stay, and are of no use until the pledge ends.
    ///
    /// Requirements:
    /// - the caller owns the GPU
    /// - it is not pledged
    /// - the pledgee is not zero
    /// @param gpuId Id of the token
    /// @param pledgee Who may release or seize it
    function pledge(uint256 gpuId, address pledgee) external;

    /// @notice Ends a pledge; the GPU stays with its owner and its operator.
    /// @dev Emits {GpuReleased}.
    ///
    /// Requirements:
    /// - the caller is the pledgee
    /// @param gpuId Id of the token
    function release(uint256 gpuId) external;

    /// @notice Ends a pledge and moves the GPU to another account, which becomes owner and operator.
    /// @dev Emits {GpuSeized}, {IERC721-Transfer} and {GpuOperatorSet}. GR-3. The receiver is not called.
    ///
    /// Requirements:
    /// - the caller is the pledgee
    /// - the receiver is not zero
    /// @param gpuId Id of the token
    /// @param to Who gets the GPU
    function seize(uint256 gpuId, address to) external;

    /// @notice The account that a GPU is pledged to; zero if it is not pledged.
    /// @param gpuId Id of the token
    function pledgeeOf(uint256 gpuId) external view returns (address);

    /// @notice The account that may offer jobs on a GPU; zero if there is none, or no such GPU.
    /// @param gpuId Id of the token
    function operatorOf(uint256 gpuId) external view returns (address);

    /// @notice What is known of a GPU, all zeros if it was never registered.
    /// @param gpuId Id of the token
    function gpuOf(uint256 gpuId) external view returns (Gpu memory);

    /// @notice Id of the token of a device key, registered or not.
    /// @param device Address of the device key
    function gpuIdOf(address device) external pure returns (uint256);
}
