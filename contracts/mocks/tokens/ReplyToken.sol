// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Answers each selector with the bytes set for it, reverts with them, burns all gas it gets, or answers with as
/// many bytes as that gas pays for.
contract ReplyToken {
    enum Mode {
        Return,
        Revert,
        Burn,
        Flood
    }

    struct Reply {
        Mode mode;
        bytes data;
    }

    mapping(bytes4 selector => Reply) private _replies;

    /// @notice Sets the answer to `selector`.
    function setReply(bytes4 selector, Mode mode, bytes calldata data) external {
        _replies[selector] = Reply({mode: mode, data: data});
    }

    // Answering whatever is asked is what this contract is for.
    // solhint-disable-next-line no-complex-fallback
    fallback(bytes calldata) external returns (bytes memory) {
        Reply memory reply = _replies[msg.sig];
        bytes memory data = reply.data;
        if (reply.mode == Mode.Return) return data;
        if (reply.mode == Mode.Burn) while (true) {}
        if (reply.mode == Mode.Flood) return new bytes(gasleft());
        assembly ("memory-safe") {
            revert(add(data, 0x20), mload(data))
        }
    }
}
