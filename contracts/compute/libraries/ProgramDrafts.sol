// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ProgramDraft, ProgramProgress} from "../types/ProgramDraft.sol";
import {ShapeTable} from "./ShapeTable.sol";

/// @notice Carries a program from one call to the next: the caller keeps the draft, the chain one hash of it.
/// @dev A page counts as its hash, so a draft has one hash whichever of its pages are open.
library ProgramDrafts {
    using ShapeTable for bytes;

    error ProgramPageCountMismatch(uint256 given, uint256 expected);
    error ProgramPageMalformed(uint256 page, uint256 length);
    error ProgramPageClosed(uint256 page);

    /// @notice Hash of a draft.
    function hash(ProgramDraft calldata draft) internal pure returns (bytes32) {
        bytes32[] memory pageHashes = new bytes32[](draft.pages.length);
        for (uint256 i = 0; i < pageHashes.length; ++i) {
            bytes calldata page = draft.pages[i];
            bool isOpen = _isOpen(page);
            require(isOpen || page.length == 32, ProgramPageMalformed(i, page.length));
            pageHashes[i] = isOpen ? keccak256(page) : bytes32(page);
        }
        return _hash(draft.progress, pageHashes);
    }

    /// @notice Reads a draft into memory; one without nodes starts a program.
    /// @param draft The draft, whose hash the caller of this function has checked unless it has no nodes
    /// @param more Number of nodes that will be added
    /// @return progress What is known of the nodes so far
    /// @return table Shapes of the nodes whose page is open, with room for the new ones
    function open(
        ProgramDraft calldata draft,
        uint256 more
    ) internal pure returns (ProgramProgress memory progress, bytes memory table) {
        uint256 nodes = draft.progress.nodes;
        uint256 expected = ShapeTable.pageCount(nodes);
        require(draft.pages.length == expected, ProgramPageCountMismatch(draft.pages.length, expected));
        if (nodes != 0) progress = draft.progress;
        table = ShapeTable.allocate(nodes + more);
        for (uint256 i = 0; i < expected; ++i) {
            if (_isOpen(draft.pages[i])) table.load(i, draft.pages[i]);
        }
        // The page that the next node is written to is open, unless it is a new one.
        uint256 next = nodes / ShapeTable.PAGE_NODES;
        require(next == expected || _isOpen(draft.pages[next]), ProgramPageClosed(next));
    }

    /// @notice Writes a draft for the caller to keep: new pages are open, the others as they were.
    /// @param progress What is known of all nodes so far
    /// @param table Shapes of the nodes whose page is open
    /// @param previous The draft that was opened
    /// @return draft The new draft
    /// @return draftHash Its hash
    function close(
        ProgramProgress memory progress,
        bytes memory table,
        ProgramDraft calldata previous
    ) internal pure returns (ProgramDraft memory draft, bytes32 draftHash) {
        uint256 count = ShapeTable.pageCount(progress.nodes);
        bytes32[] memory pageHashes = new bytes32[](count);
        bytes[] memory pages = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            if (i >= previous.pages.length || _isOpen(previous.pages[i])) {
                pages[i] = table.pageAt(i);
                pageHashes[i] = keccak256(pages[i]);
            } else {
                pages[i] = previous.pages[i];
                pageHashes[i] = bytes32(previous.pages[i]);
            }
        }
        return (ProgramDraft(progress, pages), _hash(progress, pageHashes));
    }

    function _hash(ProgramProgress memory progress, bytes32[] memory pageHashes) private pure returns (bytes32) {
        return keccak256(abi.encode(progress, pageHashes));
    }

    function _isOpen(bytes calldata page) private pure returns (bool) {
        return page.length == ShapeTable.PAGE_BYTES;
    }
}
