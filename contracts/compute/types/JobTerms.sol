// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Filler} from "./Filler.sol";
import {TermsClass} from "./TermsClass.sol";

/// @notice The small terms of a job in one word. From the lowest bit: ask nonce (64 bits; 0 = the ask left no record),
/// opened at (40, seconds), turnaround (32, seconds), longest game (32, seconds), fee (16, basis points), cancel share
/// (16, basis points), terms class (8), filler (8), chained (8), staked (8), rent of the stake (24, basis points of the
/// bond a year; 0 unless staked).
type JobTerms is uint256;

using JobTermsLib for JobTerms global;

/// @notice Packs and reads {JobTerms}.
library JobTermsLib {
    /// @notice The word that holds these terms.
    function pack(
        uint64 askNonce_,
        uint256 openedAt_,
        uint32 turnaround_,
        uint32 longestGame_,
        uint16 feeBps_,
        uint16 cancelShareBps_,
        TermsClass termsClass_,
        Filler filler_,
        bool chained_,
        bool staked_
    ) internal pure returns (JobTerms) {
        uint256 word = uint256(askNonce_) | (uint256(uint40(openedAt_)) << 64) | (uint256(turnaround_) << 104);
        word |= (uint256(longestGame_) << 136) | (uint256(feeBps_) << 168) | (uint256(cancelShareBps_) << 184);
        word |= (uint256(termsClass_) << 200) | (uint256(filler_) << 208);
        word |= (uint256(chained_ ? 1 : 0) << 216) | (uint256(staked_ ? 1 : 0) << 224);
        return JobTerms.wrap(word);
    }

    /// @notice The same terms of a job whose bond comes out of a stake at a rent, in basis points of the bond a year.
    function withRentBps(JobTerms self, uint24 rentBps_) internal pure returns (JobTerms) {
        return JobTerms.wrap((JobTerms.unwrap(self) & (type(uint256).max >> 24)) | (uint256(rentBps_) << 232));
    }

    /// @notice The nonce of a recorded ask; 0 = the ask left no record.
    function askNonce(JobTerms self) internal pure returns (uint64) {
        return uint64(JobTerms.unwrap(self));
    }

    /// @notice When the job opened, in seconds.
    function openedAt(JobTerms self) internal pure returns (uint256) {
        return uint40(JobTerms.unwrap(self) >> 64);
    }

    /// @notice The time from opening to deadline, in seconds.
    function turnaround(JobTerms self) internal pure returns (uint256) {
        return uint32(JobTerms.unwrap(self) >> 104);
    }

    /// @notice The longest game of the job's verifier in its class, in seconds.
    function longestGame(JobTerms self) internal pure returns (uint256) {
        return uint32(JobTerms.unwrap(self) >> 136);
    }

    /// @notice The fee on payments out of the price, in basis points.
    function feeBps(JobTerms self) internal pure returns (uint256) {
        return uint16(JobTerms.unwrap(self) >> 168);
    }

    /// @notice The least share of the price that a cancelling client pays, in basis points.
    function cancelShareBps(JobTerms self) internal pure returns (uint256) {
        return uint16(JobTerms.unwrap(self) >> 184);
    }

    /// @notice How long the output can be contested, and how fast disputes are played.
    function termsClass(JobTerms self) internal pure returns (TermsClass) {
        return TermsClass(uint8(JobTerms.unwrap(self) >> 200));
    }

    /// @notice Which side called `fill`.
    function filler(JobTerms self) internal pure returns (Filler) {
        return Filler(uint8(JobTerms.unwrap(self) >> 208));
    }

    /// @notice Whether the output of each unit is the input of the next.
    function chained(JobTerms self) internal pure returns (bool) {
        return uint8(JobTerms.unwrap(self) >> 216) != 0;
    }

    /// @notice Whether the bond came out of the provider's stake, and goes back there.
    function staked(JobTerms self) internal pure returns (bool) {
        return uint8(JobTerms.unwrap(self) >> 224) != 0;
    }

    /// @notice What the bond owes its stake, in basis points of it a year.
    function rentBps(JobTerms self) internal pure returns (uint256) {
        return JobTerms.unwrap(self) >> 232;
    }
}
