// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {Signatures} from "../../../contracts/common/libraries/Signatures.sol";
import {HostileMaker} from "../../../contracts/mocks/makers/HostileMaker.sol";
import {OwnedMaker} from "../../../contracts/mocks/makers/OwnedMaker.sol";

contract SignaturesHarness {
    function isSignedBy(address signer, bytes32 digest, bytes calldata signature) external view returns (bool) {
        return Signatures.isSignedBy(signer, digest, signature);
    }

    function recover(bytes32 digest, bytes calldata signature) external pure returns (address) {
        return Signatures.recover(digest, signature);
    }
}

contract SignaturesFuzzTest is Test {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    SignaturesHarness private _signatures;

    function setUp() public {
        _signatures = new SignaturesHarness();
    }

    function testFuzz_TheSignerIsFound(uint256 key, bytes32 digest, address other) public view {
        address signer = vm.addr(key = bound(key, 1, ORDER - 1));
        vm.assume(other != signer && other.code.length == 0);
        bytes memory signature = _sign(key, digest);
        assertEq(_signatures.recover(digest, signature), signer);
        assertTrue(_signatures.isSignedBy(signer, digest, signature));
        assertFalse(_signatures.isSignedBy(other, digest, signature));
        assertFalse(_signatures.isSignedBy(address(0), digest, signature));
    }

    function testFuzz_AnotherDigestIsNotSigned(uint256 key, bytes32 digest, bytes32 other) public view {
        vm.assume(other != digest);
        address signer = vm.addr(key = bound(key, 1, ORDER - 1));
        assertFalse(_signatures.isSignedBy(signer, other, _sign(key, digest)));
    }

    /// @dev The twin of a signature, with the other root, is nobody's.
    function testFuzz_MalleableSignaturesAreRefused(uint256 key, bytes32 digest) public view {
        key = bound(key, 1, ORDER - 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        bytes memory twin = abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        assertEq(_signatures.recover(digest, twin), address(0));
        assertFalse(_signatures.isSignedBy(vm.addr(key), digest, twin));
    }

    /// @dev Cut or padded to any other length, it is nobody's.
    function testFuzz_OtherLengthsAreRefused(uint256 key, bytes32 digest, uint8 length) public view {
        vm.assume(length != 65);
        key = bound(key, 1, ORDER - 1);
        bytes memory exact = _sign(key, digest);
        bytes memory signature = new bytes(length);
        for (uint256 i = 0; i < length && i < 65; ++i) {
            signature[i] = exact[i];
        }
        assertEq(_signatures.recover(digest, signature), address(0));
        assertFalse(_signatures.isSignedBy(vm.addr(key), digest, signature));
    }

    /// @dev Whatever the bytes, the zero address signed nothing, and nothing reverts.
    function testFuzz_TheZeroAddressNeverSigned(bytes32 digest, bytes calldata signature) public view {
        assertFalse(_signatures.isSignedBy(address(0), digest, signature));
    }

    function testFuzz_AContractSpeaksForItself(uint256 key, bytes32 digest, bytes32 other) public {
        vm.assume(other != digest);
        key = bound(key, 1, ORDER - 1);
        OwnedMaker maker = new OwnedMaker(vm.addr(key), 0);
        assertTrue(_signatures.isSignedBy(address(maker), digest, _sign(key, digest)));
        assertFalse(_signatures.isSignedBy(address(maker), other, _sign(key, digest)));
    }

    /// @dev Only a whole word that starts with the magic value and holds nothing else counts as a yes.
    function testFuzz_OnlyTheMagicWordCounts(bytes32 digest, bytes calldata answer) public {
        HostileMaker maker = new HostileMaker(HostileMaker.Mode.Return, answer);
        bool yes = answer.length >= 32 && bytes32(answer[:32]) == bytes32(IERC1271.isValidSignature.selector);
        assertEq(_signatures.isSignedBy(address(maker), digest, "any"), yes);
    }

    function testFuzz_TheMagicWordCountsAtAnyLengthFromAWordOn(bytes32 digest, uint8 length) public {
        bytes memory answer = new bytes(length);
        for (uint256 i = 0; i < 4 && i < length; ++i) {
            answer[i] = IERC1271.isValidSignature.selector[i];
        }
        HostileMaker maker = new HostileMaker(HostileMaker.Mode.Return, answer);
        assertEq(_signatures.isSignedBy(address(maker), digest, "any"), length >= 32);
        maker = new HostileMaker(HostileMaker.Mode.Revert, answer);
        assertFalse(_signatures.isSignedBy(address(maker), digest, "any"));
    }

    function _sign(uint256 key, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
