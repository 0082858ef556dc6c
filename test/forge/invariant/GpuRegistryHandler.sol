// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdUtils} from "forge-std/StdUtils.sol";

import {GpuRegistry} from "../../../contracts/compute/GpuRegistry.sol";

/// @dev Three accounts that register, hand on, lend out and retire GPUs of four devices, with signatures for themselves
/// and for each other; it keeps what owners and operators should be.
contract GpuRegistryHandler is CommonBase, StdUtils {
    uint256 public constant ACTORS = 3;
    uint256 public constant DEVICES = 4;

    bytes32 private constant CLASS = "h100-sxm-80g";
    bytes32 private constant REGISTRATION_TYPEHASH = keccak256(
        "GpuRegistration(address owner,bytes32 hardwareClass,uint32 memoryMiB)"
    );
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    GpuRegistry public immutable REGISTRY;

    /// @dev By device: how often it was registered and retired, and who should own and operate its GPU.
    mapping(uint256 device => uint256) public registrations;
    mapping(uint256 device => uint256) public retirements;
    mapping(uint256 device => address) public owner;
    mapping(uint256 device => address) public operator;

    /// @dev Set once a GPU was registered with a signature for somebody else.
    bool public stolen;

    constructor(GpuRegistry registry) {
        REGISTRY = registry;
    }

    function register(uint256 caller, uint256 signedFor, uint256 device, uint32 memoryMiB) external {
        device %= DEVICES;
        address signer = signedFor % 4 == 0 ? actor(signedFor >> 2) : actor(caller);
        bytes memory signature = _sign(device, signer, memoryMiB);
        address deviceAddress = vm.addr(_key(device));
        vm.prank(actor(caller));
        REGISTRY.register(deviceAddress, CLASS, memoryMiB, "", signature);
        stolen = stolen || actor(caller) != signer;
        ++registrations[device];
        (owner[device], operator[device]) = (actor(caller), actor(caller));
    }

    function transfer(uint256 caller, uint256 to, uint256 device) external {
        device %= DEVICES;
        address from = _caller(caller, device);
        vm.prank(from);
        REGISTRY.transferFrom(from, actor(to), gpuId(device));
        (owner[device], operator[device]) = (actor(to), actor(to));
    }

    function setOperator(uint256 caller, uint256 account, uint256 device) external {
        device %= DEVICES;
        vm.prank(_caller(caller, device));
        REGISTRY.setOperator(gpuId(device), actor(account));
        operator[device] = actor(account);
    }

    /// @dev Rare, so that GPUs live for a while.
    function retire(uint256 caller, uint256 device) external {
        device %= 8 * DEVICES;
        if (device >= DEVICES) return;
        vm.prank(_caller(caller, device));
        REGISTRY.retire(gpuId(device));
        ++retirements[device];
        (owner[device], operator[device]) = (address(0), address(0));
    }

    function actor(uint256 index) public pure returns (address) {
        return address(uint160(0xA000 + (index % ACTORS)));
    }

    function gpuId(uint256 device) public pure returns (uint256) {
        return uint256(uint160(vm.addr(_key(device))));
    }

    /// @dev The owner of the device's GPU, and now and then somebody else.
    function _caller(uint256 seed, uint256 device) private view returns (address) {
        return seed % 4 == 0 || owner[device] == address(0) ? actor(seed >> 2) : owner[device];
    }

    function _sign(uint256 device, address account, uint32 memoryMiB) private view returns (bytes memory) {
        bytes32 structHash = keccak256(abi.encode(REGISTRATION_TYPEHASH, account, CLASS, memoryMiB));
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("Ergon GpuRegistry"),
                keccak256("1"),
                block.chainid,
                address(REGISTRY)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            _key(device),
            keccak256(abi.encodePacked(hex"1901", domain, structHash))
        );
        return abi.encodePacked(r, s, v);
    }

    function _key(uint256 device) private pure returns (uint256) {
        return 0xDE1CE + device;
    }
}
